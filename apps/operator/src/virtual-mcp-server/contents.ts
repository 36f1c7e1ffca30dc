import type { KeyRef } from "./needs.ts";

/** What is known of the content of a Secret or ConfigMap: a digest for each of its keys, never a value. */
export type Digests = ReadonlyMap<string, string>;

/** What is known of all Secrets and ConfigMaps that a server refers to; those that do not exist are not in here. */
export interface Contents {
  readonly secrets: ReadonlyMap<string, Digests>;
  readonly configMaps: ReadonlyMap<string, Digests>;
}

/** Why a key cannot be used, in a sentence; undefined when it can. */
export function missing(
  kind: "Secret" | "ConfigMap",
  { name, key }: KeyRef,
  contents: Contents,
): string | undefined {
  const found = (kind === "Secret" ? contents.secrets : contents.configMaps).get(name);
  if (found === undefined) return `The ${kind} ${JSON.stringify(name)} does not exist.`;
  if (found.has(key)) return undefined;
  return `The ${kind} ${JSON.stringify(name)} has no key ${JSON.stringify(key)}.`;
}
