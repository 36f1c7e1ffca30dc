import {
  controllerOf,
  createInformer,
  type Informer,
  type InformerOptions,
  type Kind,
  type KubeObject,
} from "@headgate/controller";
import * as builtIn from "./built-in.ts";
import { FIELD_MANAGER } from "./field-manager.ts";
import { GATEWAY_PODS_SELECTOR, MANAGED_SELECTOR } from "./labels.ts";
import { BY_REFERENCE, entryReferences, gatewayReferences, proxyReferences } from "./references.ts";
import * as toolhive from "./toolhive.ts";

type Followed<T extends KubeObject> = { readonly kind: Kind<T> } & Pick<
  InformerOptions<T>,
  "labelSelector" | "metadataOnly" | "indexes" | "managedFields"
>;

const ours = { managedFields: { of: FIELD_MANAGER } } as const;
// What was made for an object is found by its key.
const byOwner = {
  owner: (object: KubeObject) => {
    const { namespace = "" } = object.metadata;
    const owner = controllerOf(object);
    return owner === undefined ? [] : [`${namespace}/${owner.name}`];
  },
};
const made = { ...ours, labelSelector: MANAGED_SELECTOR, indexes: byOwner } as const;

interface Member extends KubeObject {
  readonly spec?: { readonly groupRef?: { readonly name: string } | undefined };
}
// Members of a group are found by the group's key.
const byGroup = {
  group: ({ metadata: { namespace = "" }, spec }: Member) =>
    spec?.groupRef === undefined ? [] : [`${namespace}/${spec.groupRef.name}`],
};
const ofProxies = { ...byGroup, [BY_REFERENCE]: proxyReferences };

// Pods of a gateway are found by the server's key.
const byServer = {
  server: ({ metadata: { namespace = "", labels } }: KubeObject) => {
    const server = labels?.["app.kubernetes.io/instance"];
    return server === undefined ? [] : [`${namespace}/${server}`];
  },
};

const followed = {
  virtualMcpServers: follow(toolhive.virtualMcpServers, {
    ...ours,
    indexes: { [BY_REFERENCE]: gatewayReferences },
  }),
  mcpGroups: follow(toolhive.mcpGroups, ours),
  mcpServers: follow(toolhive.mcpServers, { ...ours, indexes: ofProxies }),
  mcpRemoteProxies: follow(toolhive.mcpRemoteProxies, { ...ours, indexes: ofProxies }),
  mcpServerEntries: follow(toolhive.mcpServerEntries, {
    ...ours,
    indexes: { ...byGroup, [BY_REFERENCE]: entryReferences },
  }),
  mcpOidcConfigs: follow(toolhive.mcpOidcConfigs, ours),
  mcpExternalAuthConfigs: follow(toolhive.mcpExternalAuthConfigs, ours),
  mcpToolConfigs: follow(toolhive.mcpToolConfigs, ours),
  mcpTelemetryConfigs: follow(toolhive.mcpTelemetryConfigs, ours),
  mcpAuthzConfigs: follow(toolhive.mcpAuthzConfigs, ours),
  compositeToolDefinitions: follow(toolhive.compositeToolDefinitions, ours),
  embeddingServers: follow(toolhive.embeddingServers, ours),
  mcpRegistries: follow(toolhive.mcpRegistries, ours),
  mcpWebhookConfigs: follow(toolhive.mcpWebhookConfigs, ours),
  /** What anybody may refer to: names and versions, never contents. */
  secrets: follow(builtIn.secrets, { metadataOnly: true, indexes: byOwner }),
  configMapNames: follow(builtIn.configMaps, { metadataOnly: true }),
  /** What the operator made itself. */
  configMaps: follow(builtIn.configMaps, made),
  services: follow(builtIn.services, made),
  serviceAccounts: follow(builtIn.serviceAccounts, made),
  roles: follow(builtIn.roles, made),
  roleBindings: follow(builtIn.roleBindings, made),
  deployments: follow(builtIn.deployments, made),
  disruptionBudgets: follow(builtIn.disruptionBudgets, made),
  autoscalers: follow(builtIn.autoscalers, made),
  networkPolicies: follow(builtIn.networkPolicies, made),
  /** The Pods of gateways. */
  pods: follow(builtIn.pods, { labelSelector: GATEWAY_PODS_SELECTOR, indexes: byServer }),
};

function follow<T extends KubeObject>(
  kind: Kind<T>,
  options: Omit<Followed<NoInfer<T>>, "kind">,
): Followed<T> {
  return { kind, ...options };
}

/** The name of a cache. */
export type CacheName = keyof typeof followed;

/** What the objects in a cache look like. */
export type Cached<N extends CacheName> =
  (typeof followed)[N] extends Followed<infer T> ? T : never;

/** Local copies of everything that the operator looks at. */
export type Caches = { readonly [N in CacheName]: Informer<Cached<N>> };

/** The names of all caches. */
export const CACHE_NAMES = Object.keys(followed) as readonly CacheName[];

/** Under which index a cache is looked through, besides by name. */
export function indexesOf(name: CacheName): Followed<KubeObject>["indexes"] {
  return (followed[name] as Followed<KubeObject>).indexes;
}

/** Makes every cache; nothing is read before they run. */
export function createCaches(
  options: Omit<InformerOptions<KubeObject>, "kind" | "indexes">,
): Caches {
  const entries = CACHE_NAMES.map((name) => {
    const one = followed[name] as Followed<KubeObject>;
    return [name, createInformer({ ...options, ...one })] as const;
  });
  return Object.fromEntries(entries) as unknown as Caches;
}
