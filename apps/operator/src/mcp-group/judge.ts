import { isDeleting, keyOf, type KubeObject } from "@headgate/controller";
import type { Cached } from "../cluster/caches.ts";
import type { Reads } from "../cluster/reads.ts";
import { judgedConditions } from "../reconciler/judged-conditions.ts";
import type { Judgement } from "../reconciler/judged-kind.ts";

/** The reference operator's. Ours needs none: members find out by themselves that their group is gone. */
const FINALIZER = "toolhive.stacklok.dev/mcpgroup-finalizer";

type Group = Cached<"mcpGroups">;

/** What is known of a group: who says of itself to be in it. */
export interface ObservedGroup {
  readonly group: Group;
  readonly servers: readonly string[];
  readonly remoteProxies: readonly string[];
  readonly entries: readonly string[];
}

/** Looks for the members of a group. */
export function observeGroup(reads: Reads, group: Group): ObservedGroup {
  const key = keyOf(group.metadata);
  const names = (cache: "mcpServers" | "mcpRemoteProxies" | "mcpServerEntries") => {
    const members: readonly KubeObject[] = reads.find(cache, "group", key);
    return members.map(({ metadata }) => metadata.name ?? "");
  };
  return {
    group,
    servers: names("mcpServers"),
    remoteProxies: names("mcpRemoteProxies"),
    entries: names("mcpServerEntries"),
  };
}

/** A group is ready as soon as its members are counted, however few they are and however they fare. */
export function judgeGroup(observed: ObservedGroup, nowMs: number): Judgement<object> {
  const { group, servers, remoteProxies, entries } = observed;
  if (isDeleting(group)) return { finalizer: { name: FINALIZER, wanted: false } };
  const checked = {
    type: "MCPServersChecked",
    status: "True",
    reason: "ListMCPServersCheckSucceeded",
    message: "The members of the group are known.",
  } as const;
  return {
    incomplete: servers.length + remoteProxies.length + entries.length === 0,
    status: {
      ...judgedConditions(group, [checked], nowMs),
      phase: "Ready",
      ...counted("servers", "serverCount", servers),
      ...counted("remoteProxies", "remoteProxyCount", remoteProxies),
      ...counted("entries", "entryCount", entries),
    },
  };
}

// An empty set is left out: the API server does not say who owns one, so that it would be applied again and again.
function counted(names: string, count: string, members: readonly string[]) {
  return { ...(members.length === 0 ? {} : { [names]: members }), [count]: members.length };
}
