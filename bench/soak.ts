/*
 * Whether anything grows while sessions come and go: npm run soak [-- --minutes 20]
 */
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startRedis } from "@headgate/redis-server-for-tests";
import { installRedis } from "@headgate/redis-server-for-tests/install";
import { reaches } from "./figure.ts";
import type { ChurnAsk } from "./load/jobs.ts";
import { startBackends } from "./machine/backends.ts";
import type { StartedGateway } from "./machine/gateway.ts";
import { startLoad } from "./machine/load-process.ts";
import { metricOf } from "./machine/metric.ts";
import { pinToLoad } from "./machine/pin-redis.ts";
import { printFigures, writeFigures } from "./report.ts";
import { startOnRedis, TOOLS, USUAL, type Ground } from "./sessions/ground.ts";
import { figuresOf, type Soaked } from "./soak/figures.ts";
import { countedOf, steadyOf, type Steady } from "./soak/sample.ts";

const CALLS_PER_SECOND = 200;
const SESSIONS_PER_SECOND = 20;

/** So long a session is in use; then it is deleted, or left and expires. */
const LIFE_MS = 20_000;
const TTL_MS = 30_000;

/** Tombstones of sessions that were deleted stay for two lives, and events of those that were not for five minutes. */
const TRACE_MS = Math.max(2 * TTL_MS, 5 * 60_000) + 10_000;

const SAMPLE_MS = 10_000;

async function soak(ground: Ground, gateway: StartedGateway, durationMs: number): Promise<Soaked> {
  const ask: Omit<ChurnAsk, "durationMs"> = {
    url: gateway.url,
    tools: TOOLS,
    callsPerSecond: CALLS_PER_SECOND,
    sessionsPerSecond: SESSIONS_PER_SECOND,
    lifeMs: LIFE_MS,
  };
  const { load, redis } = ground;
  const { keys } = await steadyOf(gateway, redis);
  await load.run("churn", { ...ask, durationMs: 15_000 });
  await allOver(gateway);
  const before = { ...(await steadyOf(gateway, redis)), keys, ...(await countedOf(gateway)) };
  const fillMs = LIFE_MS + TRACE_MS;
  const churned = load.run("churn", { ...ask, durationMs: fillMs + durationMs });
  // Until as many sessions and traces of them go as come.
  await Promise.race([churned, setTimeout(fillMs)]);
  const first = await countedOf(gateway);
  const steady: Steady[] = [];
  const endMs = performance.now() + durationMs - 2 * SAMPLE_MS;
  while (performance.now() < endMs) {
    await setTimeout(SAMPLE_MS);
    steady.push(await steadyOf(gateway, redis));
  }
  const counted = [first, await countedOf(gateway)] as const;
  const answer = await churned;
  await allOver(gateway);
  await setTimeout(TRACE_MS);
  const after = { ...(await steadyOf(gateway, redis)), ...(await countedOf(gateway)) };
  return { before, steady, counted, after, load: answer };
}

/** Waits until the last session has expired; or for far longer than that takes. */
async function allOver({ url }: StartedGateway): Promise<void> {
  const deadline = performance.now() + 4 * TTL_MS;
  while ((await metricOf(url, "headgate_sessions_live")) > 0 && performance.now() < deadline)
    await setTimeout(1_000);
}

const { values } = parseArgs({ options: { minutes: { type: "string", default: "20" } } });
const durationMs = Number(values.minutes) * 60_000;
if (!(durationMs > 0)) throw new Error(`--minutes ${values.minutes} is no number of minutes`);
const startedAt = new Date();
await installRedis();
const backends = await startBackends({
  servers: 3,
  tools: 20,
  sessions: true,
  firstPort: undefined,
});
const [redis, load] = [await startRedis(), startLoad()];
await pinToLoad(redis);
const ground: Ground = { scale: USUAL, load, redis, report: printFigures };
const gateway = await startOnRedis(ground, backends.urls, {
  observed: true,
  flags: ["--expose-gc"],
  ttl: `${TTL_MS}ms`,
});
try {
  const soaked = await soak(ground, gateway, durationMs);
  const figures = figuresOf(soaked);
  printFigures(figures);
  for (const error of soaked.load.errors) console.log(error);
  const verdicts = figures.map(reaches).filter((verdict) => verdict !== undefined);
  console.log(`\n${verdicts.filter(Boolean).length} of ${verdicts.length} bars reached`);
  const folder = fileURLToPath(new URL("results", import.meta.url));
  console.log(`written to ${writeFigures(folder, figures, startedAt)}`);
} finally {
  await gateway.stop();
  await Promise.all([load.stop(), redis.stop(), backends.stop()]);
}
