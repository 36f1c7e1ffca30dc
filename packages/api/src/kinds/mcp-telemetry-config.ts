import { listMap, type ObjectOf, re2Text, withRules } from "@headgate/kube-schema";
import * as z from "zod";
import { CaBundleSource, SecretKeyRef } from "./blocks/reference.ts";
import { ReferredConfigStatus } from "./blocks/status.ts";
import { AGE, column, conditionColumn, toolhiveKind } from "./toolhive-kind.ts";

/** A header of requests to the collector whose value is in a Secret. */
export const SensitiveHeader = z.strictObject({
  name: z.string().min(1).describe("Name of the header."),
  secretKeyRef: SecretKeyRef.describe("Where its value is."),
});
export type SensitiveHeader = z.infer<typeof SensitiveHeader>;

const Tracing = z.strictObject({
  enabled: z.boolean().default(false).describe("Whether traces are sent."),
  samplingRate: re2Text(
    String.raw`^(0(\.\d+)?|1(\.0+)?)$`,
    'must be a number from 0 to 1 in quotes, such as "0.05"',
  )
    .default("0.05")
    .describe("Share of requests that are traced, 0 to 1."),
});
const Metrics = z.strictObject({
  enabled: z.boolean().default(false).describe("Whether metrics are sent."),
});

/** What is sent to an OpenTelemetry collector. */
export const OpenTelemetry = withRules(
  z.strictObject({
    enabled: z.boolean().default(false).describe("Whether anything is sent."),
    endpoint: z.string().optional().describe("The collector's address (OTLP/HTTP)."),
    insecure: z.boolean().default(false).describe("Speaks plain HTTP to the collector."),
    caBundleRef: CaBundleSource.optional().describe("Certificates to trust for the collector."),
    headers: z
      .record(z.string(), z.string())
      .optional()
      .describe("Headers of requests to the collector; nothing secret belongs here."),
    sensitiveHeaders: listMap(SensitiveHeader, ["name"])
      .optional()
      .describe("Headers whose values are in Secrets."),
    resourceAttributes: z
      .record(z.string(), z.string())
      .optional()
      .describe("Attributes of everything that is sent."),
    tracing: Tracing.optional().describe("Traces."),
    metrics: Metrics.optional().describe("Metrics."),
    useLegacyAttributes: z
      .boolean()
      .default(true)
      .describe("Reports older attribute names beside the current ones."),
  }),
  [
    {
      cel: "!has(self.headers) || !has(self.sensitiveHeaders) || self.sensitiveHeaders.all(sh, !(sh.name in self.headers))",
      message: "a header name cannot appear in both headers and sensitiveHeaders",
      holds: ({ headers = {}, sensitiveHeaders = [] }) =>
        sensitiveHeaders.every(({ name }) => !Object.hasOwn(headers, name)),
    },
  ],
);
export type OpenTelemetry = z.infer<typeof OpenTelemetry>;

/** What servers report about themselves, for any number of them. */
export const MCPTelemetryConfig = toolhiveKind({
  kind: "MCPTelemetryConfig",
  plural: "mcptelemetryconfigs",
  shortNames: ["mcpotel"],
  description:
    "What servers report about themselves, and where to; any number of them may refer to it.",
  columns: [
    column("Endpoint", ".spec.openTelemetry.endpoint"),
    conditionColumn("Valid"),
    column("Tracing", ".spec.openTelemetry.tracing.enabled", "boolean"),
    column("Metrics", ".spec.openTelemetry.metrics.enabled", "boolean"),
    AGE,
  ],
  spec: z.strictObject({
    openTelemetry: OpenTelemetry.optional().describe("What is sent to a collector."),
    prometheus: z
      .strictObject({
        enabled: z.boolean().default(false).describe("Whether `/metrics` is served."),
      })
      .optional()
      .describe("What is kept for Prometheus to fetch."),
  }),
  status: ReferredConfigStatus,
});
export type MCPTelemetryConfig = ObjectOf<typeof MCPTelemetryConfig>;
