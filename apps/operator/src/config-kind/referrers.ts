import type { KubeObject } from "@headgate/controller";
import type { CacheName } from "../cluster/caches.ts";
import type { Reads } from "../cluster/reads.ts";
import { BY_REFERENCE, type Referred, referenceTo } from "../cluster/references.ts";

/** The caches of objects that refer to others, with the kinds as people know them. */
const REFERRING = [
  ["mcpServers", "MCPServer"],
  ["mcpRemoteProxies", "MCPRemoteProxy"],
  ["mcpServerEntries", "MCPServerEntry"],
  ["virtualMcpServers", "VirtualMCPServer"],
] as const satisfies readonly (readonly [CacheName, string])[];

const MOST_SHOWN = 10;

/** The objects that refer to one, as `Kind/name`, in order. */
export function referrersOf(
  reads: Reads,
  cache: Referred,
  metadata: { readonly namespace?: string; readonly name?: string },
): readonly string[] {
  const value = referenceTo(cache, metadata);
  return REFERRING.flatMap(([referring, kind]) => {
    const objects: readonly KubeObject[] = reads.find(referring, BY_REFERENCE, value);
    return objects.map((object) => `${kind}/${object.metadata.name ?? ""}`);
  });
}

/** Names for people: the first ones, and how many more there are. */
export function shown(names: readonly string[]): string {
  const more = names.length - MOST_SHOWN;
  const first = names.slice(0, MOST_SHOWN).join(", ");
  return more > 0 ? `${first} and ${more} more` : first;
}
