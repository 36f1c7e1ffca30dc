import type { Bench } from "../bench.ts";
import type { Figure } from "../figure.ts";
import { startGateway } from "../machine/gateway.ts";
import { sampleProcess } from "../machine/process-sample.ts";

const PER_SECOND = 150;

/** Descriptors under a steady rate of calls to backends that never close a connection. */
export async function measureArrivals(bench: Bench): Promise<readonly Figure[]> {
  const own = bench.ownGateway ? await startGateway(bench.backends.urls) : undefined;
  const most: Record<string, number> = {};
  const errors: Record<string, number> = {};
  try {
    for (const target of [...(own === undefined ? [] : [own]), ...bench.peers]) {
      const { pid, url, name } = target;
      if (pid === undefined) continue;
      const { tool } = await bench.load.run("findTool", { url, suffix: "echo" });
      most[name] = 0;
      const watch = setInterval(
        () => (most[name] = Math.max(most[name] ?? 0, sampleProcess(pid).descriptors)),
        100,
      );
      const ask = { url, tool, perSecond: PER_SECOND, durationMs: bench.scale.arrivalsMs };
      errors[name] = (
        await bench.load.run("arrivals", ask).finally(() => clearInterval(watch))
      ).errors;
    }
  } finally {
    await bench.load.run("hangUp", {});
    await own?.stop();
  }
  const label = `${PER_SECOND} calls a second for ${bench.scale.arrivalsMs / 1000} s`;
  return [
    { name: `${label}: most descriptors`, unit: "", values: most, bar: { atMost: 60 } },
    { name: `${label}: failed calls`, unit: "", values: errors, bar: { atMost: 0 } },
  ];
}
