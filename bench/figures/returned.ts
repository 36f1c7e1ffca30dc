import { restingRssKb, type Bench } from "../bench.ts";
import type { Figure } from "../figure.ts";
import { startGateway } from "../machine/gateway.ts";
import { warmedUp } from "./idle.ts";

/** What is given back when every session is deleted: streams end, and a second crowd finds the first one's memory. */
export async function measureReturned(bench: Bench): Promise<readonly Figure[]> {
  if (!bench.ownGateway) return [];
  const gateway = await startGateway(bench.backends.urls);
  const [sessions] = bench.scale.crowds;
  const rounds = [];
  try {
    await warmedUp(bench, gateway);
    for (let round = 0; round < 2; round++) {
      await bench.load.run("gather", { url: gateway.url, sessions, streams: true });
      const rssKb = await restingRssKb(gateway.pid, bench.scale.restMs);
      const { streamsEndedMs = Number.POSITIVE_INFINITY } = await bench.load.run("disperse", {});
      await restingRssKb(gateway.pid, bench.scale.restMs);
      rounds.push({ rssKb, streamsEndedMs });
    }
  } finally {
    await bench.load.run("hangUp", {});
    await gateway.stop();
  }
  const [first, second] = rounds;
  const growth = ((second?.rssKb ?? Number.NaN) / (first?.rssKb ?? Number.NaN) - 1) * 100;
  const endedMs = Math.max(...rounds.map(({ streamsEndedMs }) => streamsEndedMs));
  return [
    {
      name: `all streams ended after DELETE of ${sessions} sessions`,
      unit: "s",
      values: { gateway: endedMs / 1000 },
      bar: { atMost: 5 },
    },
    {
      name: `memory a second round of ${sessions} sessions adds`,
      unit: "%",
      values: { gateway: growth },
      bar: { atMost: 5 },
    },
  ];
}
