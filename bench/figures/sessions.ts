import { restingRssKb, type Bench } from "../bench.ts";
import type { Figure } from "../figure.ts";
import { startGateway } from "../machine/gateway.ts";
import { sampleProcess } from "../machine/process-sample.ts";
import { idleCpuMicros, warmedUp } from "./idle.ts";

/** Memory, sockets and processor time of sessions that do nothing, without and with a GET stream. */
export async function measureSessions(bench: Bench): Promise<readonly Figure[]> {
  if (!bench.ownGateway) return [];
  return [...(await crowds(bench, false)), ...(await crowds(bench, true))];
}

async function crowds(bench: Bench, streams: boolean): Promise<readonly Figure[]> {
  const gateway = await startGateway(bench.backends.urls);
  const kind = streams ? "with a stream" : "no stream";
  const figures: Figure[] = [];
  const add = (name: string, unit: string, value: number, bar?: Figure["bar"]): void => {
    figures.push({ name: `${name}, ${kind}`, unit, values: { gateway: value }, bar });
  };
  try {
    const emptyKb = await warmedUp(bench, gateway);
    const before = sampleProcess(gateway.pid).descriptors;
    for (const [index, sessions] of bench.scale.crowds.entries()) {
      await bench.load.run("gather", { url: gateway.url, sessions, streams });
      const rssKb = await restingRssKb(gateway.pid, bench.scale.restMs);
      const bar = !streams && index === 1 ? { atMost: 20 } : undefined;
      add(`memory per idle session of ${sessions}`, "KB", (rssKb - emptyKb) / sessions, bar);
      add(
        `open descriptors per idle session of ${sessions}`,
        "",
        (sampleProcess(gateway.pid).descriptors - before) / sessions,
      );
      if (index > 0) continue;
      const micros = await idleCpuMicros(gateway.pid, bench.scale.idleMs);
      add(
        `CPU per second of ${sessions} idle sessions`,
        "ms",
        micros / 1000,
        streams ? undefined : { atMost: 1 },
      );
    }
  } finally {
    await bench.load.run("hangUp", {});
    await gateway.stop();
  }
  return figures;
}
