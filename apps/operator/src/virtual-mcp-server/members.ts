import { conditionOf, type Condition } from "@headgate/controller";
import type { Cached } from "../cluster/caches.ts";
import type { Reads } from "../cluster/reads.ts";

/** One MCP server in a group, whatever kind of object it is. */
export interface Member {
  readonly kind: "MCPServer" | "MCPRemoteProxy" | "MCPServerEntry";
  readonly name: string;
  /** Undefined as long as nobody has told it. */
  readonly url: string | undefined;
  readonly transport: "sse" | "streamable-http";
  /** MCPExternalAuthConfig by which it wants to be identified to. */
  readonly authConfig: string | undefined;
  /** Why it cannot be used, in a sentence; undefined when it can. */
  readonly problem: string | undefined;
  readonly entry: Entry | undefined;
}

type Entry = NonNullable<Cached<"mcpServerEntries">["spec"]>;

/** The members of a group. */
export interface Members {
  /** In the order of their names, each name once: a server before a proxy before an entry. */
  readonly members: readonly Member[];
  /** What is not used because another member has its name, in sentences. */
  readonly shadowed: readonly string[];
}

/** Looks up the members of a group by its key. */
export function membersOf(reads: Reads, groupKey: string): Members {
  const all: Member[] = [
    ...reads.find("mcpServers", "group", groupKey).map(serverMember),
    ...reads.find("mcpRemoteProxies", "group", groupKey).map(proxyMember),
    ...reads.find("mcpServerEntries", "group", groupKey).map(entryMember),
  ];
  const first = new Map<string, Member>();
  const shadowed: string[] = [];
  for (const member of all) {
    const other = first.get(member.name);
    if (other === undefined) first.set(member.name, member);
    else {
      shadowed.push(
        `The ${member.kind} ${JSON.stringify(member.name)} is not used, as the group has a ${other.kind} of this name. Rename one of them.`,
      );
    }
  }
  const members = [...first.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return { members, shadowed };
}

function serverMember({ metadata, spec, status }: Cached<"mcpServers">): Member {
  const transport = spec?.transport === "stdio" ? spec.proxyMode : spec?.transport;
  return {
    kind: "MCPServer",
    name: metadata.name,
    url: urlOf(status?.url),
    transport: transport ?? "streamable-http",
    authConfig: spec?.externalAuthConfigRef?.name,
    problem: withoutUrl("MCPServer", status),
    entry: undefined,
  };
}

function proxyMember({ metadata, spec, status }: Cached<"mcpRemoteProxies">): Member {
  return {
    kind: "MCPRemoteProxy",
    name: metadata.name,
    url: urlOf(status?.url),
    transport: spec?.transport ?? "streamable-http",
    authConfig: spec?.externalAuthConfigRef?.name,
    problem: withoutUrl("MCPRemoteProxy", status),
    entry: undefined,
  };
}

function entryMember({ metadata, spec, status }: Cached<"mcpServerEntries">): Member {
  const valid = conditionOf(status?.conditions as readonly Condition[] | undefined, "Valid");
  const isCurrent = valid?.observedGeneration === metadata.generation;
  return {
    kind: "MCPServerEntry",
    name: metadata.name,
    url: spec?.remoteUrl,
    transport: spec?.transport ?? "streamable-http",
    authConfig: spec?.externalAuthConfigRef?.name,
    problem: valid?.status === "False" && isCurrent ? valid.message : undefined,
    entry: spec,
  };
}

// The address of a server that speaks SSE ends with `#name`, which is for people.
function urlOf(url: string | undefined): string | undefined {
  const [address] = (url ?? "").split("#");
  return address === "" ? undefined : address;
}

function withoutUrl(
  kind: string,
  status: { readonly url?: string | undefined; readonly phase?: string | undefined } | undefined,
): string | undefined {
  if (urlOf(status?.url) !== undefined) return undefined;
  const phase = status?.phase === undefined ? "" : ` Its phase is ${status.phase}.`;
  return `The ${kind} has no address in status.url yet.${phase}`;
}
