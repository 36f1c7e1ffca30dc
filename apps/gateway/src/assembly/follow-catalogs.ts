import { aggregate } from "../catalog/aggregate.ts";
import type { ItemKind } from "../catalog/backend-catalog.ts";
import { Catalogs } from "../catalog/catalogs.ts";
import type { GatewayOptions } from "./gateway-options.ts";
import type { WatchedBackends } from "./watch-backends.ts";

/** Age at which lists are read again although no backend said that they changed. */
const MAX_AGE_MS = 5 * 60_000;
const LIST_TIMEOUT_MS = 30_000;

/** Begins to follow what the backends offer; `changed` hears which lists of which class of clients are new. */
function followCatalogs(
  { config, settings, log }: GatewayOptions,
  { backends, health, meters }: WatchedBackends,
  own: { readonly clientInfo: string; changed(classKey: string, kinds: readonly ItemKind[]): void },
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
      aggregate: (catalogs) => aggregate(catalogs, config.aggregation),
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
