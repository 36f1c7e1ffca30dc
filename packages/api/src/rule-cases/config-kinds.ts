import type { Block, RuleCase } from "./rule-case.ts";

const inline: Block = { issuer: "https://login.example.com" };
const oidc = (name: string) =>
  `${name} must be set when type is '${name}', and must not be set otherwise`;

const oidcCases: readonly Omit<RuleCase, "kind" | "at">[] = [
  {
    message: oidc("kubernetesServiceAccount"),
    accepted: { type: "kubernetesServiceAccount", kubernetesServiceAccount: {} },
    refused: { type: "kubernetesServiceAccount" },
  },
  {
    message: oidc("kubernetesServiceAccount"),
    accepted: { type: "inline", inline },
    refused: { type: "inline", inline, kubernetesServiceAccount: {} },
  },
  {
    message: oidc("inline"),
    accepted: { type: "inline", inline },
    refused: { type: "inline" },
  },
];

const telemetry = (header: string): Block => ({
  openTelemetry: {
    headers: { [header]: "team" },
    sensitiveHeaders: [{ name: "X-Key", secretKeyRef: { name: "telemetry", key: "key" } }],
  },
});

/** Cases of MCPOIDCConfig, MCPTelemetryConfig and MCPWebhookConfig. */
export const configKindCases: readonly RuleCase[] = [
  ...oidcCases.map((one) => ({ ...one, kind: "MCPOIDCConfig", at: "spec" })),
  {
    kind: "MCPTelemetryConfig",
    at: "spec.openTelemetry",
    message: "a header name cannot appear in both headers and sensitiveHeaders",
    accepted: telemetry("X-Team"),
    refused: telemetry("X-Key"),
  },
  {
    kind: "MCPWebhookConfig",
    at: "spec",
    message: "at least one validating or mutating webhook must be defined",
    accepted: { mutating: [{ name: "rewrite", url: "https://hooks.example.com" }] },
    refused: { validating: [] },
  },
];
