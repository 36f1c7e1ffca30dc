import { startRedis } from "@headgate/redis-server-for-tests";
import { costOf, type Bench } from "../bench.ts";
import type { Figure } from "../figure.ts";
import type { LoopAnswer } from "../load/jobs.ts";
import { median } from "../load/quantile.ts";
import { startGateway, type StartedGateway } from "../machine/gateway.ts";
import { pinToLoad } from "../machine/pin-redis.ts";
import { startTokenIssuer } from "../machine/token-issuer.ts";

const CALLERS = [1, 16, 64] as const;
// Never reached, but asked about on every call.
const HUGE = { maxTokens: 1_000_000, refillPeriod: "1h0m0s" };
const LIMITS = {
  shared: HUGE,
  perUser: HUGE,
  tools: [{ name: "one_echo", shared: HUGE, perUser: HUGE }],
};

interface Turn {
  readonly loop: LoopAnswer;
  readonly cpuMicros: number;
}

/** What limits on Redis cost a call: one shared, one per user and two of the tool, with tokens verified either way. */
export async function measureLimited(bench: Bench): Promise<readonly Figure[]> {
  const [redis, issuer] = [await startRedis(), await startTokenIssuer()];
  await pinToLoad(redis);
  const { incomingAuth } = issuer;
  const sessionStorage = { provider: "redis", address: `${redis.host}:${redis.port}` };
  const common = { incomingAuth, sessionStorage };
  const off = await startGateway(bench.backends.urls, {
    name: "off",
    config: { ...common, rateLimiting: undefined },
  });
  const on = await startGateway(bench.backends.urls, {
    name: "on",
    config: { ...common, rateLimiting: LIMITS },
  });
  try {
    const figures: Figure[] = [];
    for (const callers of CALLERS)
      figures.push(...figuresOf(callers, await inTurns(bench, [off, on], issuer, callers)));
    return figures;
  } finally {
    await bench.load.run("hangUp", {});
    await Promise.all([off.stop(), on.stop()]);
    issuer.stop();
    await redis.stop();
  }
}

async function inTurns(
  bench: Bench,
  gateways: readonly [StartedGateway, StartedGateway],
  issuer: { tokenOf(user: string): string },
  callers: number,
): Promise<readonly [readonly Turn[], readonly Turn[]]> {
  const { rounds, windowMs, warmUpMs } = bench.scale;
  const token = issuer.tokenOf("somebody");
  const asks = gateways.map(({ url }) => ({
    url: url.replace("://", `://${token}@`),
    request: "call" as const,
    tool: "one_echo",
    callers,
  }));
  const turns: [Turn[], Turn[]] = [[], []];
  for (const ask of asks) await bench.load.run("loop", { ...ask, durationMs: warmUpMs });
  for (let round = 0; round < rounds; round++) {
    for (const [index, ask] of asks.entries()) {
      const { result, cpuMicros } = await costOf(
        bench.backends,
        gateways[index] as StartedGateway,
        () => bench.load.run("loop", { ...ask, durationMs: windowMs }),
      );
      turns[index as 0 | 1].push({ loop: result, cpuMicros });
    }
  }
  return turns;
}

function figuresOf(
  callers: number,
  [off, on]: readonly [readonly Turn[], readonly Turn[]],
): readonly Figure[] {
  const label = callers === 1 ? "1 caller" : `${callers} callers`;
  const perSecond = ({ loop }: Turn): number => (loop.requests / loop.wallMicros) * 1e6;
  const cpu = ({ loop, cpuMicros }: Turn): number => cpuMicros / loop.requests;
  const compare = (of: (off: Turn, on: Turn) => number): number =>
    median(on.map((turn, round) => of(off[round] ?? turn, turn)));
  return [
    {
      name: `calls per second, ${label}`,
      unit: "1/s",
      values: { off: median(off.map(perSecond)), on: median(on.map(perSecond)) },
    },
    {
      name: `calls per second with limits over without, ${label}`,
      unit: "×",
      values: { gateway: compare((before, after) => perSecond(after) / perSecond(before)) },
      bar: { atLeast: 0.9 },
    },
    {
      name: `p50 added by limits, ${label}`,
      unit: "ms",
      values: {
        gateway: compare((before, after) => (after.loop.p50Micros - before.loop.p50Micros) / 1000),
      },
      ...(callers === 1 && { bar: { atMost: 0.25 } }),
    },
    {
      name: `CPU per call, ${label}`,
      unit: "µs",
      values: { off: median(off.map(cpu)), on: median(on.map(cpu)) },
    },
  ];
}
