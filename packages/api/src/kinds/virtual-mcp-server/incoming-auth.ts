import { type Rule, withRules } from "@headgate/kube-schema";
import * as z from "zod";
import { AuthzConfig, authzInOnePlace } from "../blocks/authz-config.ts";
import { OidcConfigRef } from "../blocks/config-reference.ts";
import { NamedRef } from "../blocks/reference.ts";

const fields = z.strictObject({
  type: z.enum(["anonymous", "oidc"]).describe("How callers identify themselves."),
  oidcConfigRef: OidcConfigRef.optional().describe("For `oidc`: how tokens are verified."),
  authzConfig: AuthzConfig.optional().describe("Which calls a caller may make."),
  authzConfigRef: NamedRef.optional().describe("The same in an MCPAuthzConfig."),
});

const oidcRule: Rule<z.infer<typeof fields>> = {
  cel: "self.type == 'oidc' ? has(self.oidcConfigRef) : true",
  message: "spec.incomingAuth.oidcConfigRef is required when type is oidc",
  holds: ({ type, oidcConfigRef }) => type !== "oidc" || oidcConfigRef !== undefined,
};

/** Who may speak to a VirtualMCPServer. */
export const VirtualIncomingAuth = withRules(fields, [oidcRule, authzInOnePlace]);
export type VirtualIncomingAuth = z.infer<typeof VirtualIncomingAuth>;
