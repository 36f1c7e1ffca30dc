import { type ObjectOf, type Rule, withRules } from "@headgate/kube-schema";
import * as z from "zod";
import { ReferredConfigStatus } from "./blocks/status.ts";
import { blockOfType } from "./blocks/type-block.ts";
import { EmbeddedAuthServer } from "./embedded-auth-server/embedded-auth-server.ts";
import { AwsStsAuth } from "./external-auth/aws-sts.ts";
import {
  BearerTokenAuth,
  HeaderInjectionAuth,
  UpstreamInjectAuth,
} from "./external-auth/static-credential.ts";
import { OboAuth, TokenExchangeAuth, XaaAuth } from "./external-auth/token-grants.ts";
import { AGE, column, conditionColumn, toolhiveKind } from "./toolhive-kind.ts";

const BLOCKS = [
  "tokenExchange",
  "headerInjection",
  "bearerToken",
  "embeddedAuthServer",
  "awsSts",
  "upstreamInject",
  "obo",
  "xaa",
] as const;

const fields = z.strictObject({
  type: z
    .enum([
      "tokenExchange",
      "headerInjection",
      "bearerToken",
      "unauthenticated",
      "embeddedAuthServer",
      "awsSts",
      "upstreamInject",
      "obo",
      "xaa",
    ])
    .describe("How a server is identified to; the block of this name has the details."),
  tokenExchange: TokenExchangeAuth.optional().describe("The caller's token for another one."),
  headerInjection: HeaderInjectionAuth.optional().describe("One header for every caller."),
  bearerToken: BearerTokenAuth.optional().describe("One token for every caller."),
  embeddedAuthServer: EmbeddedAuthServer.optional().describe(
    "An authorization server in the pod, for callers to sign in at.",
  ),
  awsSts: AwsStsAuth.optional().describe("Requests signed with temporary AWS credentials."),
  upstreamInject: UpstreamInjectAuth.optional().describe("The token of an upstream provider."),
  obo: OboAuth.optional().describe("The on-behalf-of grant of Microsoft Entra."),
  xaa: XaaAuth.optional().describe("An identity assertion for a token of another application."),
});

const noneRule: Rule<z.infer<typeof fields>> = {
  cel: `self.type == 'unauthenticated' ? (${BLOCKS.map((name) => `!has(self.${name})`).join(" && ")}) : true`,
  message: "no configuration must be set when type is 'unauthenticated'",
  holds: (spec) =>
    spec.type !== "unauthenticated" || BLOCKS.every((name) => spec[name] === undefined),
};

/** How a gateway identifies itself to servers, or callers to the gateway; any number of objects may refer to it. */
export const MCPExternalAuthConfig = toolhiveKind({
  kind: "MCPExternalAuthConfig",
  plural: "mcpexternalauthconfigs",
  shortNames: ["extauth", "mcpextauth"],
  description:
    "How requests to MCP servers are authenticated; any number of objects may refer to it.",
  columns: [column("Type", ".spec.type"), conditionColumn("Valid"), AGE],
  spec: withRules(fields, [
    ...BLOCKS.map((name) =>
      blockOfType(name, `${name} configuration must be set if and only if type is '${name}'`),
    ),
    noneRule,
  ]),
  status: ReferredConfigStatus,
});
export type MCPExternalAuthConfig = ObjectOf<typeof MCPExternalAuthConfig>;
