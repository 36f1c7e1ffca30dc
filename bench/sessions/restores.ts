import type { Figure } from "../figure.ts";
import type { TouchAnswer } from "../load/jobs.ts";
import type { Backends } from "../machine/backends.ts";
import { metricOf } from "../machine/metric.ts";
import { startOnRedis, TOOLS, type Ground } from "./ground.ts";

/** What it takes a second process to serve sessions that it has never seen. */
export async function measureRestores(ground: Ground, backends: Backends): Promise<void> {
  const { load, scale } = ground;
  const second = await startOnRedis(ground, backends.urls);
  const { url } = second;
  const count = scale.restores;
  const warmUp = count / 5;
  const [tool = ""] = TOOLS;
  const restored = (): Promise<number> => metricOf(url, "headgate_sessions_restored_total");
  try {
    await load.run("touch", { url, from: 0, count: warmUp });
    await load.run("touch", { url, from: 0, count: warmUp, tool });
    const before = await restored();
    const first = await load.run("touch", { url, from: warmUp, count });
    const taken = (await restored()) - before;
    const again = await load.run("touch", { url, from: warmUp, count });
    const requestsBefore = (await backends.counters()).requests;
    const called = await load.run("touch", { url, from: warmUp + count, count, tool });
    const requests = (await backends.counters()).requests - requestsBefore;
    const calledAgain = await load.run("touch", { url, from: warmUp + count, count, tool });
    ground.report([
      {
        name: "sessions restored per session first used",
        unit: "",
        values: { gateway: taken / count },
      },
      ...figuresOf("first request (ping) at a second process", first, { atMost: 2 }),
      ...figuresOf("the same again, restored", again),
      ...figuresOf("first call at a second process", called),
      ...figuresOf("the same again, restored and linked", calledAgain),
      {
        name: "backend requests per first call",
        unit: "",
        values: { gateway: requests / count },
        bar: { atMost: 1 },
      },
      {
        name: "requests that failed as Redis was late",
        unit: "",
        values: { gateway: first.failed + again.failed + called.failed + calledAgain.failed },
      },
    ]);
  } finally {
    await second.stop();
  }
}

function figuresOf(
  what: string,
  { p50Micros, p99Micros }: TouchAnswer,
  bar?: Figure["bar"],
): readonly Figure[] {
  return [
    { name: `p50, ${what}`, unit: "ms", values: { gateway: p50Micros / 1000 }, bar },
    { name: `p99, ${what}`, unit: "ms", values: { gateway: p99Micros / 1000 } },
  ];
}
