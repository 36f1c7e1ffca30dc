import type { LoadedConfig } from "@headgate/gateway-config";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Settings } from "./settings.ts";

/** What a gateway is made from. */
interface GatewayOptions {
  readonly config: LoadedConfig;
  readonly settings: Settings;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Whether the gateway is about to stop and takes no new session. */
  draining(): boolean;
}

export type { GatewayOptions };
