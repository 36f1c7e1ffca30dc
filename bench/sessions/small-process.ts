import { readFileSync } from "node:fs";
import { restingRssKb } from "../bench.ts";
import { startBackends } from "../machine/backends.ts";
import { metricOf } from "../machine/metric.ts";
import { startOnRedis, TOOLS, type Ground } from "./ground.ts";

/** Half of 512 MiB, which is as much heap as Node.js takes in a container of that size. */
const FLAGS = ["--max-old-space-size=256"];

const SESSIONS = 10_000;
const LIMIT_MB = 512;

/** Whether 10,000 sessions, each with an open stream, fit in a process that has 512 MiB. */
export async function measureSmallProcess(ground: Ground): Promise<void> {
  const { load, scale } = ground;
  const sessions = Math.min(SESSIONS, scale.streams);
  const backends = await startBackends({
    servers: 3,
    tools: 20,
    sessions: true,
    firstPort: undefined,
  });
  const gateway = await startOnRedis(ground, backends.urls, { flags: FLAGS });
  const { url, pid } = gateway;
  try {
    await load.run("gather", { url, sessions, streams: true, tools: TOOLS });
    const [tool = ""] = TOOLS;
    await load.run("touch", { url, from: 0, count: sessions, tool });
    const live = await metricOf(url, "headgate_sessions_live");
    await restingRssKb(pid, scale.restMs);
    ground.report([
      {
        name: "sessions with streams in a process of 512 MiB",
        unit: "",
        values: { gateway: live },
        bar: { atLeast: sessions },
      },
      {
        name: `most memory it ever took`,
        unit: "MB",
        values: { gateway: peakMb(pid) },
        bar: { atMost: LIMIT_MB },
      },
    ]);
  } finally {
    await load.run("hangUp", {});
    await gateway.stop();
    await backends.stop();
  }
}

/** The most memory that a process ever had resident; NaN where the system does not tell. */
function peakMb(pid: number): number {
  if (process.platform !== "linux") return Number.NaN;
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}
