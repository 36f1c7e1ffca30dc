import { setTimeout as delay } from "node:timers/promises";
import { faultProxy, startRedis, startSentinel } from "@headgate/redis-server-for-tests";
import type { Fleet } from "./fleet.ts";
import { limitRun } from "./limit-run.ts";
import type { LimitRun, UserLimit } from "./limit-run.ts";

/** Something that goes wrong while a limit is shared. */
export type LimitFault = { name: string; run: (pace: Pace) => Promise<LimitRun> };

/** How long runs are. */
export type Pace = { forMs: number; calls: number };

const HOURLY: UserLimit = { maxTokens: 100, periodSeconds: 3600 };
/** Short enough that refills count, and what passes by mistake is seen. */
const QUICK: UserLimit = { maxTokens: 100, periodSeconds: 10 };

const at = (port: number) => ({ provider: "redis", address: `127.0.0.1:${port}` });

/** A run over one Redis, which is stopped afterwards. */
async function overRedis(
  run: (redis: Awaited<ReturnType<typeof startRedis>>) => Promise<LimitRun>,
): Promise<LimitRun> {
  const redis = await startRedis();
  try {
    return await run(redis);
  } finally {
    await redis.stop();
  }
}

/** A run in which Redis does something after a third of the time. */
function whileRedis(
  act: (redis: Awaited<ReturnType<typeof startRedis>>, forMs: number) => Promise<number>,
): LimitFault["run"] {
  return ({ forMs }) =>
    overRedis((redis) =>
      limitRun({
        limit: QUICK,
        storage: at(redis.port),
        forMs,
        meanwhile: async () => {
          await delay(forMs / 3);
          return act(redis, forMs);
        },
      }),
    );
}

/** A run in which Redis answers many commands with an error. */
function whileAnswering(error: string): LimitFault["run"] {
  return ({ forMs }) =>
    overRedis(async (redis) => {
      const proxy = await faultProxy(redis);
      try {
        return await limitRun({
          limit: QUICK,
          storage: at(proxy.port),
          forMs,
          meanwhile: async () => {
            await delay(forMs / 3);
            for (let count = 0; count < 200; count++) proxy.answerNext(error, "EVALSHA");
            return 0;
          },
        });
      } finally {
        await proxy.stop();
      }
    });
}

const killed = async (fleet: Fleet): Promise<number> => {
  await delay(100);
  await fleet.killAndReplace(0);
  return 0;
};

async function failingOver({ forMs }: Pace): Promise<LimitRun> {
  const set = await startSentinel();
  const addresses = set.sentinels.map(({ host, port }) => `${host}:${port}`);
  try {
    return await limitRun({
      limit: QUICK,
      storage: { provider: "redis", sentinel: { masterName: set.masterName, addresses } },
      forMs,
      meanwhile: async () => {
        await delay(forMs / 3);
        await set.failover();
        // What the last writes of the old primary left unsaid, at most everything.
        return 1;
      },
    });
  } finally {
    await set.stop();
  }
}

/** Every fault, with nothing going wrong first. */
export const LIMIT_FAULTS: readonly LimitFault[] = [
  {
    name: "nothing goes wrong",
    run: ({ calls }) =>
      overRedis((redis) => limitRun({ limit: HOURLY, storage: at(redis.port), calls })),
  },
  {
    name: "a gateway is killed and replaced",
    run: ({ calls }) =>
      overRedis((redis) =>
        limitRun({ limit: HOURLY, storage: at(redis.port), calls, meanwhile: killed }),
      ),
  },
  {
    name: "Redis stands still for 400 ms",
    run: whileRedis(async (redis) => {
      await redis.pause(400);
      return 0;
    }),
  },
  {
    name: "Redis is killed and comes back empty",
    run: whileRedis(async (redis, forMs) => {
      await redis.kill();
      await delay(forMs / 6);
      await redis.restart();
      return 1;
    }),
  },
  { name: "Redis fails over", run: failingOver },
  ...[
    "READONLY You can't write against a read only replica.",
    "OOM command not allowed",
    "BUSY script",
  ].map((error) => ({ name: `Redis answers ${error.split(" ")[0]}`, run: whileAnswering(error) })),
];
