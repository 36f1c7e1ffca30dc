import type { VirtualMCPServerSpec } from "@headgate/api/kinds";
import type { ObjectMeta } from "@headgate/controller";
import type { Cached } from "../cluster/caches.ts";
import type { Reads } from "../cluster/reads.ts";
import { type Member, type Members, membersOf } from "./members.ts";

/** A VirtualMCPServer as it is held. */
export type Server = Cached<"virtualMcpServers">;

/** Everything that the caches know of a server and of what it refers to. Plain data. */
export interface Observed {
  readonly server: Server;
  readonly spec: VirtualMCPServerSpec;
  readonly namespace: string;
  readonly name: string;
  readonly group: Cached<"mcpGroups"> | undefined;
  readonly members: Members["members"];
  readonly shadowed: Members["shadowed"];
  readonly oidcConfig: Cached<"mcpOidcConfigs"> | undefined;
  readonly authzConfig: Cached<"mcpAuthzConfigs"> | undefined;
  readonly telemetryConfig: Cached<"mcpTelemetryConfigs"> | undefined;
  /** What is named and missing is not in these. */
  readonly authConfigs: ReadonlyMap<string, Cached<"mcpExternalAuthConfigs">>;
  readonly toolConfigs: ReadonlyMap<string, Cached<"mcpToolConfigs">>;
  readonly compositeTools: ReadonlyMap<string, Cached<"compositeToolDefinitions">>;
  readonly deployment: Cached<"deployments"> | undefined;
  /** Names of the Pods that run its gateways and are not on their way out. */
  readonly pods: readonly string[];
}

/** Looks at a server and all that it refers to; undefined when there is nothing to act on. */
export function observe(reads: Reads, namespace: string, name: string): Observed | undefined {
  const server = reads.get("virtualMcpServers", namespace, name);
  const spec = server?.spec;
  if (server === undefined || spec === undefined) return undefined;
  if (server.metadata.deletionTimestamp !== undefined) return undefined;
  const get = <N extends Named>(cache: N, of: string | undefined): Cached<N> | undefined =>
    of === undefined ? undefined : reads.get(cache, namespace, of);
  const { members, shadowed } = membersOf(reads, `${namespace}/${spec.groupRef.name}`);
  const all = <N extends Named>(cache: N, names: Iterable<string>) =>
    new Map([...new Set(names)].flatMap((of) => entryOf(of, get(cache, of))));
  return {
    server,
    spec,
    namespace,
    name,
    group: get("mcpGroups", spec.groupRef.name),
    members,
    shadowed,
    oidcConfig: get("mcpOidcConfigs", spec.incomingAuth.oidcConfigRef?.name),
    authzConfig: get("mcpAuthzConfigs", spec.incomingAuth.authzConfigRef?.name),
    telemetryConfig: get("mcpTelemetryConfigs", spec.telemetryConfigRef?.name),
    authConfigs: all("mcpExternalAuthConfigs", authConfigNames(spec, members)),
    toolConfigs: all(
      "mcpToolConfigs",
      (spec.config?.aggregation?.tools ?? []).flatMap(
        ({ toolConfigRef }) => toolConfigRef?.name ?? [],
      ),
    ),
    compositeTools: all(
      "compositeToolDefinitions",
      (spec.config?.compositeToolRefs ?? []).map((ref) => ref.name),
    ),
    deployment: get("deployments", name),
    pods: reads
      .find("pods", "server", `${namespace}/${name}`)
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map(({ metadata }) => metadata.name ?? ""),
  };
}

type Named =
  | "mcpGroups"
  | "mcpOidcConfigs"
  | "mcpAuthzConfigs"
  | "mcpTelemetryConfigs"
  | "mcpExternalAuthConfigs"
  | "mcpToolConfigs"
  | "compositeToolDefinitions"
  | "deployments";

function entryOf<T>(name: string, object: T | undefined): [string, T][] {
  return object === undefined ? [] : [[name, object]];
}

function authConfigNames(spec: VirtualMCPServerSpec, members: readonly Member[]): string[] {
  const { default: fallback, backends = {} } = spec.outgoingAuth ?? {};
  return [
    fallback?.externalAuthConfigRef?.name,
    ...Object.values(backends).map(({ externalAuthConfigRef }) => externalAuthConfigRef?.name),
    ...members.map(({ authConfig }) => authConfig),
  ].filter((name) => name !== undefined);
}

/** The parts of metadata by which a version of an object is known. */
export function versionOf({ uid = "", resourceVersion = "" }: ObjectMeta): string {
  return `${uid}/${resourceVersion}`;
}
