import type { Kind } from "@headgate/kube-schema";
import { EmbeddingServer } from "./embedding-server.ts";
import { MCPAuthzConfig } from "./mcp-authz-config.ts";
import { MCPExternalAuthConfig } from "./mcp-external-auth-config.ts";
import { MCPGroup } from "./mcp-group.ts";
import { MCPOIDCConfig } from "./mcp-oidc-config.ts";
import { MCPRegistry } from "./mcp-registry.ts";
import { MCPRemoteProxy } from "./mcp-remote-proxy.ts";
import { MCPServerEntry } from "./mcp-server-entry.ts";
import { MCPServer } from "./mcp-server.ts";
import { MCPTelemetryConfig } from "./mcp-telemetry-config.ts";
import { MCPToolConfig } from "./mcp-tool-config.ts";
import { MCPWebhookConfig } from "./mcp-webhook-config.ts";
import { VirtualMCPCompositeToolDefinition } from "./virtual-mcp-composite-tool-definition.ts";
import { VirtualMCPServer } from "./virtual-mcp-server.ts";

/** Every kind of the group. */
export const KINDS: readonly Kind[] = [
  EmbeddingServer,
  MCPAuthzConfig,
  MCPExternalAuthConfig,
  MCPGroup,
  MCPOIDCConfig,
  MCPRegistry,
  MCPRemoteProxy,
  MCPServer,
  MCPServerEntry,
  MCPTelemetryConfig,
  MCPToolConfig,
  MCPWebhookConfig,
  VirtualMCPCompositeToolDefinition,
  VirtualMCPServer,
];
