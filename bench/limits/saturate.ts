import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { RedisServer } from "@headgate/redis-server-for-tests";
import { pinned } from "../machine/cores.ts";
import { redisCpuMicros } from "./redis-meter.ts";

const run = promisify(execFile);

/** A script call to be repeated as fast as one core of Redis can. */
export interface ScriptCall {
  readonly text: string;
  readonly keys: readonly string[];
  readonly args: readonly string[];
}

/** How many calls, and how many at a time on each connection. */
export interface Load {
  readonly pipeline: number;
  readonly calls: number;
}

/** Stands for the last characters of a user; redis-benchmark puts one of five thousand numbers for each. */
export const ANY_USER = "__rand_int__";

/** Repeats a call from 50 connections and gives what one costs the main thread of Redis, in µs. */
export async function saturate(
  server: RedisServer,
  { text, keys, args }: ScriptCall,
  { pipeline, calls }: Load,
): Promise<number> {
  const sha1 = (await server.command("SCRIPT", "LOAD", text)).trim();
  const command = ["EVALSHA", sha1, String(keys.length), ...keys, ...args];
  const repeat = async (count: number): Promise<void> => {
    const options = ["-p", server.port, "-c", 50, "-P", pipeline, "-n", count, "-r", 5000, "-q"];
    const all = pinned("load", ["redis-benchmark", ...options.map(String), ...command]);
    await run(all[0], all.slice(1));
  };
  await repeat(Math.ceil(calls / 5));
  const before = await redisCpuMicros(server);
  await repeat(calls);
  return ((await redisCpuMicros(server)) - before) / calls;
}
