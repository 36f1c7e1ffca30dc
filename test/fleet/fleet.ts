import { startGateway } from "../gateway/start.ts";
import type { GatewayStart, StartedGateway } from "../gateway/start.ts";
import { startRoundRobin } from "./round-robin.ts";
import type { RoundRobin } from "./round-robin.ts";

/** Several gateway processes with one configuration behind one balancer. */
export type Fleet = {
  /** The MCP endpoint of the balancer. */
  url: string;
  gateways: readonly StartedGateway[];
  balancer: RoundRobin;
  /** Kills a gateway without warning and puts a new one in its place. */
  killAndReplace: (index: number) => Promise<void>;
  /** Sends a gateway SIGTERM once a new one is ready, and resolves when it is gone; the balancer finds out by itself. */
  rollOver: (index: number) => Promise<void>;
  stop: () => Promise<void>;
};

export type FleetOptions = GatewayStart & { size: number; sticky?: boolean };

/** Starts the fleet; resolves once every gateway is ready. */
export async function startFleet({ size, sticky = false, ...start }: FleetOptions): Promise<Fleet> {
  const gateways = await Promise.all(Array.from({ length: size }, () => startGateway(start)));
  const balancer = await startRoundRobin({
    sticky,
    origins: () => gateways.map(({ origin }) => origin),
  });
  const stopping: Promise<unknown>[] = [];
  return {
    url: `${balancer.origin}/mcp`,
    gateways,
    balancer,
    killAndReplace: async (index) => {
      const [killed] = gateways.splice(index, 1);
      if (killed === undefined) throw new Error(`There is no gateway ${index}.`);
      process.kill(killed.pid, "SIGKILL");
      stopping.push(killed.stop().catch(() => undefined));
      gateways.push(await startGateway(start));
    },
    rollOver: async (index) => {
      const old = gateways[index];
      if (old === undefined) throw new Error(`There is no gateway ${index}.`);
      gateways.push(await startGateway(start));
      await old.stop();
      gateways.splice(gateways.indexOf(old), 1);
    },
    stop: async () => {
      await balancer.stop();
      await Promise.all([...stopping, ...gateways.map((gateway) => gateway.stop())]);
    },
  };
}
