import { connectRedis, type RedisConnection } from "@headgate/redis";
import type { RedisServer } from "@headgate/redis-server-for-tests";
import type { Deployment } from "./deployments.ts";

/** One test's part of a deployment: its own prefix, its own connections. */
export class Rig {
  static #count = 0;
  readonly prefix: string;
  readonly #deployment: Deployment;
  readonly #connections: RedisConnection[] = [];

  constructor(deployment: Deployment) {
    this.#deployment = deployment;
    this.prefix = `test-${++Rig.#count}:`;
  }

  /** Another process's connection, ready for use. */
  async connect(): Promise<RedisConnection> {
    const connection = connectRedis({ topology: this.#deployment.topology });
    this.#connections.push(connection);
    await ready(connection);
    return connection;
  }

  /** Makes every key of this test, and every time that stands in one, older by so much. */
  async age(byMs: number): Promise<void> {
    for (const server of await this.#deployment.servers()) {
      for (const key of await keysOf(server, this.prefix)) {
        await server.command("EVAL", AGE, "1", key, String(byMs));
      }
    }
  }

  /** Removes keys without a trace. */
  async forget(pattern = ""): Promise<void> {
    for (const server of await this.#deployment.servers()) {
      for (const key of await keysOf(server, this.prefix + pattern)) {
        await server.command("DEL", key);
      }
    }
  }

  /** Ends every connection that is subscribed to something. */
  async cutSubscriptions(): Promise<void> {
    for (const server of await this.#deployment.servers()) {
      await server.command("CLIENT", "KILL", "TYPE", "pubsub");
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.close()));
  }
}

/** Resolves when commands can be sent. */
export async function ready(connection: RedisConnection): Promise<void> {
  if (connection.state === "ready") return;
  await new Promise<void>((resolve) => {
    const stop = connection.onState((state) => {
      if (state !== "ready") return;
      stop();
      resolve();
    });
  });
}

async function keysOf(server: RedisServer, prefix: string): Promise<string[]> {
  const printed = await server.command("--raw", "KEYS", `${prefix}*`);
  return printed.split("\n").filter((key) => key !== "");
}

const AGE = `
local by = tonumber(ARGV[1])
local left = redis.call('PTTL', KEYS[1])
if redis.call('TYPE', KEYS[1]).ok == 'zset' then
  for _, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
    redis.call('ZINCRBY', KEYS[1], -by, member)
  end
end
if left > by then redis.call('PEXPIRE', KEYS[1], left - by)
elseif left >= 0 then redis.call('DEL', KEYS[1]) end
`;
