import { type ApiClient, defineKind, type Kind } from "@headgate/controller";

/** The namespace that everything is applied in. */
export const NAMESPACE = "bench";

const ours = { group: "toolhive.stacklok.dev", version: "v1beta1", namespaced: true } as const;
const groups = defineKind({ ...ours, kind: "MCPGroup", plural: "mcpgroups" });
const entries = defineKind({ ...ours, kind: "MCPServerEntry", plural: "mcpserverentries" });
const servers = defineKind({ ...ours, kind: "VirtualMCPServer", plural: "virtualmcpservers" });

/** Deployments, of which gateways are made. */
export const deployments = defineKind({
  group: "apps",
  version: "v1",
  kind: "Deployment",
  plural: "deployments",
  namespaced: true,
});

/** Services, by which gateways are reached. */
export const services = defineKind({
  group: "",
  version: "v1",
  kind: "Service",
  plural: "services",
  namespaced: true,
});

/** What a gateway is put in front of, and how. */
export interface Server {
  readonly name: string;
  readonly url: string;
  readonly redis: string;
  readonly maxTokens: number;
  readonly replicas?: number;
}

/** Applies a group, an entry in it and a server for it, one after the other as kubectl does. */
export async function applyServer(client: ApiClient, server: Server): Promise<void> {
  const { name, url } = server;
  const groupRef = { name };
  await applyOne(client, groups, { metadata: { name }, spec: {} });
  const remote = { remoteUrl: url, transport: "streamable-http", allowPrivateEndpoint: true };
  await applyOne(client, entries, { metadata: { name }, spec: { groupRef, ...remote } });
  await applySpec(client, server);
}

/** Applies the server alone, with limits that may have changed. */
export async function applySpec(client: ApiClient, server: Server): Promise<void> {
  const { name, redis: address, maxTokens, replicas } = server;
  const failureHandling = { healthCheckInterval: "5s", healthCheckTimeout: "1s" };
  const spec = {
    groupRef: { name },
    ...(replicas !== undefined && { replicas }),
    incomingAuth: { type: "anonymous" },
    sessionStorage: { provider: "redis", address },
    config: {
      operational: { failureHandling },
      rateLimiting: { shared: { maxTokens, refillPeriod: "1m0s" } },
    },
  };
  await applyOne(client, servers, { metadata: { name }, spec });
}

async function applyOne(
  client: ApiClient,
  kind: Kind,
  object: { readonly metadata: { readonly name: string }; readonly spec: object },
): Promise<void> {
  const { name } = object.metadata;
  const apiVersion = `${kind.group}/${kind.version}`;
  const body = { apiVersion, kind: kind.kind, ...object };
  const patch = { type: "apply", fieldManager: "bench", force: true, body } as const;
  await client.patch(kind, { namespace: NAMESPACE, name }, patch);
}
