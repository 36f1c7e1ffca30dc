import type { GatewayConfigInput } from "@headgate/api";
import type { Observed } from "./observe.ts";

type Telemetry = NonNullable<GatewayConfigInput["telemetry"]>;

/** What the gateway reports; undefined without an MCPTelemetryConfig. */
export function telemetry({ spec, telemetryConfig, name }: Observed): Telemetry | undefined {
  const config = telemetryConfig?.spec;
  if (spec.telemetryConfigRef === undefined || config === undefined) return undefined;
  const { openTelemetry: otel, prometheus } = config;
  const isOn = otel?.enabled === true;
  return {
    serviceName: spec.telemetryConfigRef.serviceName ?? name,
    enablePrometheusMetricsPath: prometheus?.enabled ?? false,
    ...(otel?.useLegacyAttributes !== undefined && {
      useLegacyAttributes: otel.useLegacyAttributes,
    }),
    ...(otel?.resourceAttributes && { customAttributes: otel.resourceAttributes }),
    ...(isOn && {
      ...(otel.endpoint !== undefined && { endpoint: otel.endpoint.replace(/^https?:\/\//, "") }),
      insecure: otel.insecure,
      tracingEnabled: otel.tracing?.enabled ?? false,
      metricsEnabled: otel.metrics?.enabled ?? false,
      ...(otel.tracing && { samplingRate: otel.tracing.samplingRate }),
    }),
  };
}
