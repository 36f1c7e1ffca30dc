import type { RedisServer } from "@headgate/redis-server-for-tests";
import type { Figure } from "../figure.ts";
import { gatewayTools } from "../machine/gateway-config.ts";
import { startGateway, type GatewayVariant, type StartedGateway } from "../machine/gateway.ts";
import type { LoadProcess } from "../machine/load-process.ts";

/** How many sessions each figure is read with. */
export interface SessionScale {
  /** Sizes of the crowd; restores, calls and the sweep are measured with the last. */
  readonly crowds: readonly [number, number, number];
  /** Sessions that are first used at a second process; a fifth as many more warm it up. */
  readonly restores: number;
  /** Sessions with an open stream. */
  readonly streams: number;
  /** Sessions over ten backends. */
  readonly wide: number;
  /** Longest wait for memory to come to rest before it is read. */
  readonly restMs: number;
  /** Time that sessions live which are to expire. */
  readonly lifeSeconds: number;
}

/** A minute or two, to see a mistake. */
export const QUICK: SessionScale = {
  crowds: [200, 1_000, 3_000],
  restores: 200,
  streams: 500,
  wide: 300,
  restMs: 1_000,
  lifeSeconds: 30,
};

/** As the bars are stated. */
export const USUAL: SessionScale = {
  crowds: [1_000, 10_000, 50_000],
  restores: 2_000,
  streams: 10_000,
  wide: 10_000,
  restMs: 8_000,
  lifeSeconds: 150,
};

/** What everything is measured with. */
export interface Ground {
  readonly scale: SessionScale;
  readonly load: LoadProcess;
  readonly redis: RedisServer;
  /** Takes figures as they are measured. */
  report(figures: readonly Figure[]): void;
}

/** A tool of each of three servers. */
export const TOOLS = gatewayTools(3);

/** Starts a gateway that keeps its sessions in the Redis of this run. */
export async function startOnRedis(
  { redis }: Ground,
  backendUrls: readonly string[],
  { ttl = "30m", ...variant }: Partial<GatewayVariant> & { readonly ttl?: string } = {},
): Promise<StartedGateway> {
  const sessionStorage = { provider: "redis", address: `${redis.host}:${redis.port}`, ttl };
  return startGateway(backendUrls, { name: "gateway", config: { sessionStorage }, ...variant });
}
