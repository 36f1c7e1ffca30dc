import { keyOf, type KubeObject } from "@headgate/controller";

/** The caches of what other objects refer to by name. */
export type Referred =
  | "mcpOidcConfigs"
  | "mcpAuthzConfigs"
  | "mcpTelemetryConfigs"
  | "mcpExternalAuthConfigs"
  | "mcpToolConfigs"
  | "compositeToolDefinitions";

type Named = { readonly name: string } | undefined;
type References = readonly (readonly [Referred, Named])[];

/** What a kind that refers to others has in its spec, as far as it matters here. */
interface ProxyLike extends KubeObject {
  readonly spec?: {
    readonly oidcConfigRef?: Named;
    readonly authzConfigRef?: Named;
    readonly telemetryConfigRef?: Named;
    readonly externalAuthConfigRef?: Named;
    readonly authServerRef?: Named;
    readonly toolConfigRef?: Named;
  };
}
interface EntryLike extends KubeObject {
  readonly spec?: { readonly externalAuthConfigRef?: Named };
}
type BackendAuth = { readonly externalAuthConfigRef?: Named } | undefined;
interface GatewayLike extends KubeObject {
  readonly spec?: {
    readonly incomingAuth?: { readonly oidcConfigRef?: Named; readonly authzConfigRef?: Named };
    readonly outgoingAuth?:
      | {
          readonly default?: BackendAuth;
          readonly backends?: Readonly<Record<string, BackendAuth>> | undefined;
        }
      | undefined;
    readonly telemetryConfigRef?: Named;
    readonly config?:
      | {
          readonly aggregation?:
            | { readonly tools?: readonly { readonly toolConfigRef?: Named }[] | undefined }
            | undefined;
          readonly compositeToolRefs?: readonly Named[] | undefined;
        }
      | undefined;
  };
}

/** The name of the index under which objects are found by what they refer to. */
export const BY_REFERENCE = "reference";

/** Under which value of the index the objects are that refer to one of a name. */
export function referenceTo(
  cache: Referred,
  { namespace = "", name = "" }: KubeObject["metadata"],
) {
  return `${cache}:${keyOf({ namespace, name })}`;
}

/** What an MCPServer or an MCPRemoteProxy refers to. */
export function proxyReferences(proxy: ProxyLike): readonly string[] {
  const { spec } = proxy;
  return valuesOf(proxy, [
    ["mcpOidcConfigs", spec?.oidcConfigRef],
    ["mcpAuthzConfigs", spec?.authzConfigRef],
    ["mcpTelemetryConfigs", spec?.telemetryConfigRef],
    ["mcpExternalAuthConfigs", spec?.externalAuthConfigRef],
    ["mcpExternalAuthConfigs", spec?.authServerRef],
    ["mcpToolConfigs", spec?.toolConfigRef],
  ]);
}

/** What an MCPServerEntry refers to. */
export function entryReferences(entry: EntryLike): readonly string[] {
  return valuesOf(entry, [["mcpExternalAuthConfigs", entry.spec?.externalAuthConfigRef]]);
}

/** What a VirtualMCPServer refers to. */
export function gatewayReferences(gateway: GatewayLike): readonly string[] {
  const { incomingAuth, outgoingAuth, telemetryConfigRef, config } = gateway.spec ?? {};
  const backends = [outgoingAuth?.default, ...Object.values(outgoingAuth?.backends ?? {})];
  return valuesOf(gateway, [
    ["mcpOidcConfigs", incomingAuth?.oidcConfigRef],
    ["mcpAuthzConfigs", incomingAuth?.authzConfigRef],
    ["mcpTelemetryConfigs", telemetryConfigRef],
    ...to(
      "mcpExternalAuthConfigs",
      backends.map((backend) => backend?.externalAuthConfigRef),
    ),
    ...to(
      "mcpToolConfigs",
      config?.aggregation?.tools?.map((tools) => tools.toolConfigRef),
    ),
    ...to("compositeToolDefinitions", config?.compositeToolRefs),
  ]);
}

function to(cache: Referred, names: readonly Named[] = []): References {
  return names.map((named) => [cache, named] as const);
}

function valuesOf({ metadata: { namespace = "" } }: KubeObject, references: References): string[] {
  const values = references.flatMap(([cache, named]) =>
    named === undefined || named.name === ""
      ? []
      : [referenceTo(cache, { namespace, name: named.name })],
  );
  return [...new Set(values)];
}
