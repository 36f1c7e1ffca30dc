import { MCPTelemetryConfig } from "@headgate/api/kinds";
import { formProblems } from "../config-kind/form.ts";
import type { Verdict } from "../config-kind/judge.ts";

/** The name of a ConfigMap becomes part of a volume's, which has at most 63 characters. */
const LONGEST_CONFIG_MAP_NAME = 48;

/** What is wrong with an MCPTelemetryConfig. */
export function checkTelemetryConfig({ spec = {} }: Pick<MCPTelemetryConfig, "spec">): Verdict {
  const form = formProblems(MCPTelemetryConfig, spec);
  if (form.length > 0) return { problems: form };
  const { endpoint, tracing, metrics, insecure, caBundleRef } = spec.openTelemetry ?? {};
  const problems: string[] = [];
  if (endpoint !== undefined && endpoint !== "" && !tracing?.enabled && !metrics?.enabled) {
    problems.push(
      "spec.openTelemetry.endpoint is set, but nothing is sent there: enable tracing or metrics",
    );
  }
  if (caBundleRef !== undefined && insecure === true) {
    problems.push(
      "spec.openTelemetry.caBundleRef and insecure exclude each other: plain HTTP has no certificates",
    );
  }
  const configMap = caBundleRef?.configMapRef;
  if (caBundleRef !== undefined && (configMap === undefined || configMap.name === "")) {
    problems.push("spec.openTelemetry.caBundleRef.configMapRef must name a ConfigMap");
  }
  if ((configMap?.name.length ?? 0) > LONGEST_CONFIG_MAP_NAME) {
    problems.push(
      `spec.openTelemetry.caBundleRef.configMapRef.name must have at most ${LONGEST_CONFIG_MAP_NAME} characters`,
    );
  }
  return { problems };
}
