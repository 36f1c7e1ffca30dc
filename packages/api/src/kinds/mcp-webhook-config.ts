import { boundedText, formattedText, type ObjectOf, withRules } from "@headgate/kube-schema";
import * as z from "zod";
import { SecretKeyRef } from "./blocks/reference.ts";
import { ReferredConfigStatus } from "./blocks/status.ts";
import { AGE, conditionColumn, DEPRECATED, toolhiveKind } from "./toolhive-kind.ts";

/** How the connection to a webhook is encrypted. */
export const WebhookTls = z.strictObject({
  caSecretRef: SecretKeyRef.optional().describe("Certificates to trust (PEM)."),
  clientCertSecretRef: SecretKeyRef.optional().describe("The client's own certificate (PEM)."),
  clientKeySecretRef: SecretKeyRef.optional().describe("The key of that certificate (PEM)."),
  insecureSkipVerify: z.boolean().optional().describe("Trusts any certificate; for trials only."),
});
export type WebhookTls = z.infer<typeof WebhookTls>;

/** A service that is asked about each request. */
export const Webhook = z.strictObject({
  name: boundedText(63).min(1).describe("Name of the webhook."),
  url: formattedText("uri").describe("Where it is asked."),
  timeout: formattedText("duration")
    .optional()
    .describe("Time an answer may take, 1s to 30s; 10s when omitted."),
  failurePolicy: z
    .enum(["fail", "ignore"])
    .default("fail")
    .describe("Whether a request fails or passes when there is no answer."),
  hmacSecretRef: SecretKeyRef.optional().describe("Secret that signs what is sent."),
  tlsConfig: WebhookTls.optional().describe("How the connection is encrypted."),
});
export type Webhook = z.infer<typeof Webhook>;

const Webhooks = z.array(Webhook).optional();

/** Services that are asked about requests, for any number of servers. */
export const MCPWebhookConfig = toolhiveKind({
  kind: "MCPWebhookConfig",
  plural: "mcpwebhookconfigs",
  shortNames: ["mwc"],
  description:
    "Services that are asked about requests to servers; any number of them may refer to it.",
  versions: [{ name: DEPRECATED.name }],
  columns: [conditionColumn("Valid"), AGE],
  spec: withRules(
    z.strictObject({
      validating: Webhooks.describe("Webhooks that may refuse a request, asked in order."),
      mutating: Webhooks.describe("Webhooks that may change a request, asked in order."),
    }),
    [
      {
        cel: "(has(self.validating) ? size(self.validating) : 0) + (has(self.mutating) ? size(self.mutating) : 0) > 0",
        message: "at least one validating or mutating webhook must be defined",
        holds: ({ validating = [], mutating = [] }) => validating.length + mutating.length > 0,
      },
    ],
  ),
  status: ReferredConfigStatus,
});
export type MCPWebhookConfig = ObjectOf<typeof MCPWebhookConfig>;
