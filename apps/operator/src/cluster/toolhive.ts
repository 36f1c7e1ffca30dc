import * as api from "@headgate/api/kinds";
import { defineKind, type Kind, type KubeObject } from "@headgate/controller";
import type { Kind as Definition, ObjectOf } from "@headgate/kube-schema";

/** How a kind of the API is addressed, in the version that is stored. */
function addressed<D extends Definition>(definition: D): Kind<ObjectOf<D> & KubeObject> {
  return defineKind({
    group: definition.group,
    version: definition.versions.at(-1)?.name ?? "",
    kind: definition.kind,
    plural: definition.plural,
    namespaced: true,
  });
}

export const virtualMcpServers = addressed(api.VirtualMCPServer);
export const mcpGroups = addressed(api.MCPGroup);
export const mcpServers = addressed(api.MCPServer);
export const mcpRemoteProxies = addressed(api.MCPRemoteProxy);
export const mcpServerEntries = addressed(api.MCPServerEntry);
export const mcpOidcConfigs = addressed(api.MCPOIDCConfig);
export const mcpExternalAuthConfigs = addressed(api.MCPExternalAuthConfig);
export const mcpToolConfigs = addressed(api.MCPToolConfig);
export const mcpTelemetryConfigs = addressed(api.MCPTelemetryConfig);
export const mcpAuthzConfigs = addressed(api.MCPAuthzConfig);
export const compositeToolDefinitions = addressed(api.VirtualMCPCompositeToolDefinition);
export const embeddingServers = addressed(api.EmbeddingServer);
export const mcpRegistries = addressed(api.MCPRegistry);
export const mcpWebhookConfigs = addressed(api.MCPWebhookConfig);
