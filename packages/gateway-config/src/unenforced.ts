import { isMapping, placesOf } from "./places.ts";
import { error, type Finding } from "./problem.ts";

/** A block that means protection or function which this version does not give. */
interface Unenforced {
  readonly place: string;
  /** Which values are refused; every value when omitted. */
  readonly when?: (value: unknown) => boolean;
  /** One sentence: what does not happen. */
  readonly reason: string;
  readonly hint?: string;
}

const isTrue = (value: unknown): boolean => value === true;
const isFilled = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 : !isMapping(value) || Object.keys(value).length > 0;
const oneOf =
  (...refused: readonly unknown[]) =>
  (value: unknown): boolean =>
    refused.includes(value);

const STRATEGY = {
  when: oneOf("token_exchange", "upstream_inject", "aws_sts", "obo", "xaa"),
  reason: "names a strategy that is not available yet",
  hint: "use `header_injection`, or `unauthenticated`",
};
const NO_COLLECTOR = "nothing is sent to a collector yet";

// Each is refused rather than ignored, so that nobody believes to be protected who is not.
const TABLE: readonly Unenforced[] = [
  {
    place: "incomingAuth.authz",
    when: (value) => !isMapping(value) || value["type"] !== "none",
    reason: "is not enforced yet: every caller may make every call",
    hint: "remove it, or write `type: none`",
  },
  {
    place: "outgoingAuth.source",
    when: oneOf("discovered"),
    reason: "asks for credentials from Kubernetes, which are not looked up yet",
    hint: "use `inline`",
  },
  { place: "outgoingAuth.default.type", ...STRATEGY },
  { place: "outgoingAuth.backends.*.type", ...STRATEGY },
  {
    place: "audit",
    when: (value) => !isMapping(value) || value["enabled"] !== false,
    reason: "is not available yet: no events would be recorded",
    hint: "remove it, or write `enabled: false`",
  },
  {
    place: "compositeTools",
    when: isFilled,
    reason: "is not available yet: these tools would be missing",
    hint: "remove it",
  },
  {
    place: "compositeToolRefs",
    when: isFilled,
    reason: "is for Kubernetes, where the operator replaces it: these tools would be missing",
    hint: "remove it",
  },
  {
    place: "aggregation.tools.[].toolConfigRef",
    reason: "is for Kubernetes, where the operator replaces it: nothing would be filtered",
    hint: "write `filter` and `overrides` here instead",
  },
  {
    place: "optimizer",
    reason: "is not available yet: tools would be listed, not searched",
    hint: "remove it",
  },
  {
    place: "codeMode.enabled",
    when: isTrue,
    reason: "is not available yet: no script would run",
    hint: "remove it, or write false",
  },
  {
    place: "telemetry.endpoint",
    when: (value) => value !== "",
    reason: NO_COLLECTOR,
    hint: "remove it; `enablePrometheusMetricsPath: true` serves metrics at /metrics",
  },
  { place: "telemetry.tracingEnabled", when: isTrue, reason: NO_COLLECTOR, hint: "remove it" },
  {
    place: "telemetry.metricsEnabled",
    when: isTrue,
    reason: NO_COLLECTOR,
    hint: "write `enablePrometheusMetricsPath: true` to serve metrics at /metrics",
  },
  {
    place: "telemetry.prometheusPort",
    when: (value) => value !== 0,
    reason: "asks for a port of its own, which is not opened: metrics are on the main port",
    hint: "remove it",
  },
  {
    place: "telemetry.metricsOnTransportPort",
    when: oneOf(false),
    reason: "asks for no metrics on the main port, but that is where they are",
    hint: "write `enablePrometheusMetricsPath: false` to serve none",
  },
  {
    place: "operational.failureHandling.partialFailureMode",
    when: oneOf("fail"),
    reason: "asks for lists to fail while a backend is down, but the others are always listed",
    hint: "write `best_effort`, or leave it out",
  },
];

/** A finding for every block of a configuration, as written, that would not do what it says. */
function unenforced(config: unknown): Finding[] {
  return TABLE.flatMap(({ place, when, reason, hint }) =>
    placesOf(config, place)
      // A key with nothing behind it is a key that is not there.
      .filter(({ value }) => value !== null && (when?.(value) ?? true))
      .map(({ path }) => error(path, reason, { hint })),
  );
}

export { unenforced };
