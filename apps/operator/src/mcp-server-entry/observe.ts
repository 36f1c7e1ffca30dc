import { keyOf } from "@headgate/controller";
import { configMaps } from "../cluster/built-in.ts";
import type { Cached } from "../cluster/caches.ts";
import type { Reads } from "../cluster/reads.ts";
import type { Complete } from "../reconciler/judged-kind.ts";

type Entry = Cached<"mcpServerEntries">;

/** A ConfigMap with certificates. */
export interface CaBundle {
  readonly resourceVersion: string | undefined;
  /** Undefined until it was read. */
  readonly keys?: readonly string[] | undefined;
}

/** All that an entry refers to, each undefined when there is no such object. */
export interface ObservedEntry {
  readonly entry: Entry;
  readonly group: Cached<"mcpGroups"> | undefined;
  readonly authConfig: Cached<"mcpExternalAuthConfigs"> | undefined;
  readonly caBundle: CaBundle | undefined;
  /** The Secrets with headers that do not exist. */
  readonly missingSecrets: readonly string[];
}

/** Looks for what an entry refers to; of the ConfigMap it sees only whether it is there. */
export function observeEntry(reads: Reads, entry: Entry): ObservedEntry {
  const { namespace = "" } = entry.metadata;
  const { groupRef, externalAuthConfigRef, headerForward } = entry.spec ?? {};
  const ref = caBundleOf(entry);
  const configMap = ref && reads.get("configMapNames", namespace, ref.name);
  const secrets = (headerForward?.addHeadersFromSecret ?? []).map(
    ({ valueSecretRef }) => valueSecretRef.name,
  );
  return {
    entry,
    group: groupRef && reads.get("mcpGroups", namespace, groupRef.name),
    authConfig:
      externalAuthConfigRef &&
      reads.get("mcpExternalAuthConfigs", namespace, externalAuthConfigRef.name),
    caBundle: configMap && { resourceVersion: configMap.metadata.resourceVersion },
    missingSecrets: [...new Set(secrets)]
      .filter((name) => reads.get("secrets", namespace, name) === undefined)
      .toSorted(),
  };
}

/** Makes what reads the keys of ConfigMaps with certificates, each version once: caches hold no contents of what others made. */
export function caBundleReader(): Complete<ObservedEntry> {
  const known = new Map<string, CaBundle & { readonly name: string }>();
  return async (observed, { client, signal }) => {
    const { entry, caBundle } = observed;
    const ref = caBundleOf(entry);
    const key = keyOf(entry.metadata);
    if (ref === undefined || caBundle === undefined) {
      known.delete(key);
      return observed;
    }
    const before = known.get(key);
    if (before?.name === ref.name && before.resourceVersion === caBundle.resourceVersion) {
      return { ...observed, caBundle: before };
    }
    const { namespace = "" } = entry.metadata;
    const found = await client.get(configMaps, { namespace, name: ref.name }, signal);
    if (found === undefined) return { ...observed, caBundle: undefined };
    const { resourceVersion } = found.metadata;
    const keys = [...Object.keys(found.data ?? {}), ...Object.keys(found.binaryData ?? {})];
    const read = { name: ref.name, resourceVersion, keys };
    known.set(key, read);
    return { ...observed, caBundle: read };
  };
}

/** Where the certificates of an entry are; undefined when it names none. */
export function caBundleOf(
  entry: Entry,
): { readonly name: string; readonly key: string } | undefined {
  const ref = entry.spec?.caBundleRef?.configMapRef;
  return ref && { name: ref.name, key: ref.key || "ca.crt" };
}
