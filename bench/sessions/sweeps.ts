import { setTimeout } from "node:timers/promises";
import type { Figure } from "../figure.ts";
import { startBackends } from "../machine/backends.ts";
import type { StartedGateway } from "../machine/gateway.ts";
import { metricOf } from "../machine/metric.ts";
import type { Observations } from "../machine/observations.ts";
import { observe } from "../machine/observe.ts";
import { startOnRedis, type Ground } from "./ground.ts";
import { longestHoldUp, worstSecondWait } from "./loop-wait.ts";

/** Three sweeps, and a sign of life on every stream. */
const WATCH_MS = 16_000;

/** How long requests wait for the event loop while idle sessions are gone through. */
export async function measureSweep(
  gateway: StartedGateway,
  sessions: number,
): Promise<readonly Figure[]> {
  await observe(gateway, "watchLoop");
  await setTimeout(WATCH_MS);
  return waitsDuring(`sweeps of ${sessions} idle sessions`, await observe(gateway, "heldUp"));
}

/** The same while all of them expire. */
export async function measureExpiry(ground: Ground): Promise<readonly Figure[]> {
  const { load, scale } = ground;
  const [, , sessions] = scale.crowds;
  const backends = await startBackends({
    servers: 3,
    tools: 20,
    sessions: false,
    firstPort: undefined,
  });
  const gateway = await startOnRedis(ground, backends.urls, {
    observed: true,
    ttl: `${scale.lifeSeconds}s`,
  });
  try {
    await load.run("gather", { url: gateway.url, sessions, streams: false });
    await load.run("hangUp", {});
    await observe(gateway, "watchLoop");
    const deadline = performance.now() + 2_000 * scale.lifeSeconds + 30_000;
    let live = sessions;
    while (live > 0 && performance.now() < deadline) {
      await setTimeout(500);
      live = await metricOf(gateway.url, "headgate_sessions_live");
    }
    return [
      ...waitsDuring(`the expiry of ${sessions} sessions`, await observe(gateway, "heldUp")),
      {
        name: "sessions left after their time",
        unit: "",
        values: { gateway: live },
        bar: { atMost: 0 },
      },
    ];
  } finally {
    await gateway.stop();
    await backends.stop();
  }
}

/** Figures of a watch; the bar is on the worst second, as nobody notices a wait that is thinned out by quiet ones. */
export function waitsDuring(what: string, held: Observations["heldUp"]): readonly Figure[] {
  return [
    {
      name: `p99 wait for the event loop, worst second of ${what}`,
      unit: "ms",
      values: { gateway: worstSecondWait(held, 0.99) },
      bar: { atMost: 10 },
    },
    {
      name: `longest hold-up during ${what}`,
      unit: "ms",
      values: { gateway: longestHoldUp(held) },
    },
  ];
}
