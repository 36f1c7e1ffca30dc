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
  const swept = waitsDuring(`${sessions} idle sessions swept`, await observe(gateway, "heldUp"));
  await observe(gateway, "watchLoop");
  for (let scrape = 0; scrape < 5; scrape++) await metricOf(gateway.url, "headgate_sessions_live");
  const held = await observe(gateway, "heldUp");
  const longest = longestHoldUp(held, "ranMs");
  const name = `longest hold-up while metrics of ${sessions} sessions are read`;
  return [...swept, { name, unit: "ms", values: { gateway: longest } }];
}

/** The same while all of them expire. */
export async function measureExpiry(ground: Ground): Promise<void> {
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
    ground.report([
      ...waitsDuring(`${sessions} sessions expiring`, await observe(gateway, "heldUp")),
      {
        name: "sessions left after their time",
        unit: "",
        values: { gateway: live },
        bar: { atMost: 0 },
      },
    ]);
  } finally {
    await gateway.stop();
    await backends.stop();
  }
}

/**
 * Figures of a watch. The bar is on the worst second, as nobody notices a wait that is thinned out by quiet ones, and on
 * what the program ran: the rest is other work on the same machine.
 */
function waitsDuring(what: string, held: Observations["heldUp"]): readonly Figure[] {
  const figure = (name: string, gateway: number, bar?: Figure["bar"]): Figure => ({
    name: `${name}, ${what}`,
    unit: "ms",
    values: { gateway },
    bar,
  });
  const bar = { atMost: 10 };
  return [
    figure(
      "p99 wait for the event loop in the worst second",
      worstSecondWait(held, "ranMs", 0.99),
      bar,
    ),
    figure("  with other work on the machine", worstSecondWait(held, "forMs", 0.99)),
    figure("  longest hold-up", longestHoldUp(held, "ranMs")),
  ];
}
