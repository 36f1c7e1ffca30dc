import { spawnSync } from "node:child_process";
import type { RedisServer } from "@headgate/redis-server-for-tests";
import { pidOf } from "../limits/redis-meter.ts";
import { canPin } from "./cores.ts";

/** Redis runs on another machine in earnest, so that here it must not take the gateway's core. */
export async function pinToLoad(redis: RedisServer): Promise<void> {
  if (canPin) spawnSync("taskset", ["-acp", "1", String(await pidOf(redis))]);
}
