import type { GatewayConfigInput } from "@headgate/api";
import type { DefaultRedis } from "../settings/settings.ts";
import { aggregation } from "./aggregation.ts";
import type { PlannedBackend } from "./backends.ts";
import { incomingAuth } from "./incoming-auth.ts";
import { type Part, together } from "./needs.ts";
import type { Observed } from "./observe.ts";
import { sessionStorage } from "./session-storage.ts";
import { telemetry } from "./telemetry.ts";

/** What of `spec.config` reaches the gateway as it was written, and is not made from elsewhere. */
const UNTOUCHED = ["rateLimiting", "audit", "codeMode", "metadata"] as const;

/** The configuration of a server's gateways, and what it needs in their Pods. */
export function gatewayConfig(
  observed: Observed,
  backends: readonly PlannedBackend[],
  fallback: DefaultRedis | undefined,
): Part<GatewayConfigInput> {
  const { spec, name } = observed;
  const given = spec.config ?? {};
  const auth = incomingAuth(observed);
  const storage = sessionStorage(observed, fallback);
  const headers = passthroughHeaders(observed);
  const config: GatewayConfigInput = {
    name,
    groupRef: spec.groupRef.name,
    incomingAuth: auth.config,
    outgoingAuth: outgoingAuth(backends),
    backends: backends.flatMap(({ backend }) => backend ?? []),
    aggregation: aggregation(observed),
    operational: operational(observed),
    ...present("sessionStorage", storage.config),
    ...present("telemetry", telemetry(observed)),
    ...present("passthroughHeaders", headers.length > 0 ? headers : undefined),
    ...present("compositeTools", compositeTools(observed)),
    ...present("optimizer", optimizer(observed)),
    ...Object.assign({}, ...UNTOUCHED.map((key) => present(key, given[key]))),
  };
  return { config, ...together(...backends, auth, storage) };
}

function present<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return (value === undefined ? {} : { [key]: value }) as Partial<Record<K, V>>;
}

function outgoingAuth(
  backends: readonly PlannedBackend[],
): NonNullable<GatewayConfigInput["outgoingAuth"]> {
  const strategies = backends.flatMap(({ name, strategy }) =>
    strategy === undefined || strategy.type === "unauthenticated"
      ? []
      : [[name, strategy] as const],
  );
  return {
    source: "inline",
    ...(strategies.length > 0 && { backends: Object.fromEntries(strategies) }),
  };
}

function passthroughHeaders({ spec }: Observed): readonly string[] & string[] {
  const own = spec.passthroughHeaders ?? [];
  return [...(own.length > 0 ? own : (spec.config?.passthroughHeaders ?? []))];
}

// The API server writes `fail` where nothing was said, so that nobody can be taken at that word.
function operational({ spec }: Observed): NonNullable<GatewayConfigInput["operational"]> {
  const given: NonNullable<GatewayConfigInput["operational"]> = spec.config?.operational ?? {};
  const { partialFailureMode, ...failureHandling } = given.failureHandling ?? {};
  const kept =
    partialFailureMode === "fail" ? {} : present("partialFailureMode", partialFailureMode);
  return {
    ...given,
    ...(given.failureHandling && { failureHandling: { ...failureHandling, ...kept } }),
  };
}

function compositeTools({
  spec,
  compositeTools: definitions,
}: Observed): GatewayConfigInput["compositeTools"] {
  const { compositeTools: inline = [], compositeToolRefs = [] } = spec.config ?? {};
  const referenced = compositeToolRefs.flatMap((ref) => definitions.get(ref.name)?.spec ?? []);
  const all = [...inline, ...referenced];
  return all.length === 0 ? undefined : all;
}

function optimizer({ spec }: Observed): GatewayConfigInput["optimizer"] {
  const given = spec.config?.optimizer;
  if (given !== undefined || spec.embeddingServerRef === undefined) return given;
  return {};
}
