import type { ApiClient } from "@headgate/controller";
import { configMaps } from "../cluster/built-in.ts";
import type { Cached } from "../cluster/caches.ts";
import type { Reads } from "../cluster/reads.ts";

type Entry = Cached<"mcpServerEntries">;

/** All that an entry refers to, each undefined when there is no such object. */
export interface ObservedEntry {
  readonly entry: Entry;
  readonly group: Cached<"mcpGroups"> | undefined;
  readonly authConfig: Cached<"mcpExternalAuthConfigs"> | undefined;
  /** The keys of the ConfigMap with certificates. */
  readonly caBundleKeys: readonly string[] | undefined;
  /** The Secrets with headers that do not exist. */
  readonly missingSecrets: readonly string[];
}

/** Looks for what an entry refers to; of the ConfigMap it sees only whether it is there. */
export function observeEntry(reads: Reads, entry: Entry): ObservedEntry {
  const { namespace = "" } = entry.metadata;
  const { groupRef, externalAuthConfigRef, headerForward } = entry.spec ?? {};
  const bundle = caBundleOf(entry);
  const isThere = bundle && reads.get("configMapNames", namespace, bundle.name) !== undefined;
  const secrets = (headerForward?.addHeadersFromSecret ?? []).map(
    ({ valueSecretRef }) => valueSecretRef.name,
  );
  return {
    entry,
    group: groupRef && reads.get("mcpGroups", namespace, groupRef.name),
    authConfig:
      externalAuthConfigRef &&
      reads.get("mcpExternalAuthConfigs", namespace, externalAuthConfigRef.name),
    caBundleKeys: isThere === true ? [] : undefined,
    missingSecrets: [...new Set(secrets)]
      .filter((name) => reads.get("secrets", namespace, name) === undefined)
      .toSorted(),
  };
}

/** Reads the ConfigMap with certificates, if there is one: caches hold no contents of what others made. */
export async function readCaBundle(
  observed: ObservedEntry,
  { client, signal }: { readonly client: Pick<ApiClient, "get">; readonly signal: AbortSignal },
): Promise<ObservedEntry> {
  const bundle = caBundleOf(observed.entry);
  if (bundle === undefined || observed.caBundleKeys === undefined) return observed;
  const { namespace = "" } = observed.entry.metadata;
  const found = await client.get(configMaps, { namespace, name: bundle.name }, signal);
  const keys = found && [...Object.keys(found.data ?? {}), ...Object.keys(found.binaryData ?? {})];
  return { ...observed, caBundleKeys: keys };
}

/** Where the certificates of an entry are; undefined when it names none. */
export function caBundleOf(
  entry: Entry,
): { readonly name: string; readonly key: string } | undefined {
  const ref = entry.spec?.caBundleRef?.configMapRef;
  return ref && { name: ref.name, key: ref.key || "ca.crt" };
}
