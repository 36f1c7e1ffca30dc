import type { LoadedConfig } from "@headgate/gateway-config";
import { aggregate } from "../catalog/aggregate.ts";
import type { ItemKind } from "../catalog/backend-catalog.ts";
import { Catalogs } from "../catalog/catalogs.ts";
import type { GatewayOptions } from "./gateway-options.ts";
import type { WatchedBackends } from "./watch-backends.ts";

/** Age at which lists are read again although no backend said that they changed. */
const MAX_AGE_MS = 5 * 60_000;
const LIST_TIMEOUT_MS = 30_000;

/** What catalogues are followed with. */
interface FollowWith {
  readonly clientInfo: string;
  /** How lists of several backends become one, as it is now. */
  aggregation(): LoadedConfig["aggregation"];
  changed(classKey: string, kinds: readonly ItemKind[]): void;
}

/** Begins to follow what the backends offer; `changed` hears which lists of which class of clients are new. */
function followCatalogs(
  { settings, log }: GatewayOptions,
  { backends, health, meters }: WatchedBackends,
  own: FollowWith,
): Catalogs {
  const { startupWaitMs, probeIntervalMs, probeTimeoutMs } = settings;
  const timing = {
    listTimeoutMs: LIST_TIMEOUT_MS,
    maxAgeMs: MAX_AGE_MS,
    probeIntervalMs,
    probeTimeoutMs,
    random: Math.random,
  };
  return new Catalogs(
    {
      backends,
      health,
      startupWaitMs,
      timing,
      aggregate: (catalogs) => aggregate(catalogs, own.aggregation()),
      changed: own.changed,
      read: (backend) => meters.get(backend)?.catalogRefreshed(false),
      failed: (backend, err) => {
        meters.get(backend)?.catalogRefreshed(true);
        log.debug({ backend, err }, "catalogue not read");
      },
    },
    own.clientInfo,
  );
}

export { followCatalogs };
