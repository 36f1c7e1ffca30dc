import * as z from "zod";

/** What the gateway reports about itself, and where to. */
export const Telemetry = z.strictObject({
  endpoint: z
    .string()
    .optional()
    .describe("OTLP/HTTP collector as host and port, without a scheme."),
  serviceName: z.string().optional().describe("Name of the service in traces and metrics."),
  serviceVersion: z.string().optional().describe("Version of the service in traces and metrics."),
  tracingEnabled: z.boolean().default(false).describe("Whether traces are sent to the collector."),
  metricsEnabled: z.boolean().default(false).describe("Whether metrics are sent to the collector."),
  samplingRate: z.string().default("0.05").describe("Share of requests that are traced, 0 to 1."),
  headers: z
    .record(z.string(), z.string())
    .optional()
    .describe("Headers of each request to the collector."),
  insecure: z.boolean().default(false).describe("Speaks plain HTTP to the collector."),
  enablePrometheusMetricsPath: z
    .boolean()
    .default(false)
    .describe("Serves `/metrics` for Prometheus."),
  prometheusPort: z
    .int()
    .optional()
    .describe("Port of a listener of its own for `/metrics`; 9464 when 0 or omitted."),
  metricsOnTransportPort: z
    .boolean()
    .optional()
    .describe("Serves `/metrics` beside MCP on the main port."),
  environmentVariables: z
    .array(z.string())
    .optional()
    .describe("Environment variables whose values are added to traces."),
  customAttributes: z
    .record(z.string(), z.string())
    .optional()
    .describe("Attributes added to everything reported."),
  useLegacyAttributes: z
    .boolean()
    .default(true)
    .describe("Reports older attribute names beside the current ones."),
  caCertPath: z
    .string()
    .optional()
    .describe("File with the certificates to trust for the collector."),
});
export type Telemetry = z.infer<typeof Telemetry>;
