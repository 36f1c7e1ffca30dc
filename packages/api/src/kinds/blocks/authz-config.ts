import {
  atomicList,
  boundedText,
  re2Pattern,
  requiredWithDefault,
  type Rule,
  withRules,
} from "@headgate/kube-schema";
import * as z from "zod";
import { ProviderName } from "./text-pattern.ts";
import { blockOfType } from "./type-block.ts";

const ClaimName = boundedText(253);
const PAIRED = "must be set when type is";

/** Policies in a ConfigMap. */
export const ConfigMapAuthz = z.strictObject({
  name: z.string().describe("Name of the ConfigMap."),
  key: z.string().default("authz.json").describe("Key with the authorization settings."),
});
export type ConfigMapAuthz = z.infer<typeof ConfigMapAuthz>;

/** Policies in the object itself. */
export const InlineAuthz = z.strictObject({
  policies: atomicList(z.string()).min(1).describe("Cedar policies, one text each."),
  entitiesJson: z.string().default("[]").describe("Cedar entities as JSON text."),
  primaryUpstreamProvider: ProviderName.optional().describe(
    "Upstream provider whose token supplies the claims.",
  ),
});
export type InlineAuthz = z.infer<typeof InlineAuthz>;

/** Which calls a caller may make, by Cedar policies. */
export const AuthzConfig = withRules(
  z.strictObject({
    type: requiredWithDefault(z.enum(["configMap", "inline"]), "configMap").describe(
      "Where the policies are.",
    ),
    configMap: ConfigMapAuthz.optional().describe("Policies in a ConfigMap."),
    inline: InlineAuthz.optional().describe("Policies written here."),
    groupClaimName: ClaimName.optional().describe("Claim that lists the caller's groups."),
    groupEntityType: re2Pattern(
      boundedText(63),
      "^[A-Za-z_][A-Za-z0-9_]*$",
      "must be a Cedar identifier",
    )
      .optional()
      .describe("Cedar entity type that groups become; `THVGroup` when omitted."),
    roleClaimName: ClaimName.optional().describe("Claim that lists the caller's roles."),
  }),
  [
    blockOfType("configMap", `configMap ${PAIRED} 'configMap', and must not be set otherwise`),
    blockOfType("inline", `inline ${PAIRED} 'inline', and must not be set otherwise`),
  ],
);
export type AuthzConfig = z.infer<typeof AuthzConfig>;

/** The rule that policies stand in one place. */
export const authzInOnePlace: Rule<{
  readonly authzConfig?: unknown;
  readonly authzConfigRef?: unknown;
}> = {
  cel: "!(has(self.authzConfig) && has(self.authzConfigRef))",
  message:
    "authzConfig and authzConfigRef are mutually exclusive; use authzConfigRef to reference a shared MCPAuthzConfig",
  holds: ({ authzConfig, authzConfigRef }) =>
    authzConfig === undefined || authzConfigRef === undefined,
};
