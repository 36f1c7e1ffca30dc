/*
 * The load process: does one job at a time for the process that forked it.
 */
import { Callers } from "../load/callers.ts";
import { churn } from "../load/churn.ts";
import { Crowd } from "../load/crowd.ts";
import type { JobName, Jobs } from "../load/jobs.ts";
import { Session } from "../load/session.ts";

type Doing = {
  readonly [Name in JobName]: (ask: Jobs[Name]["ask"]) => Promise<Jobs[Name]["answer"]>;
};

const callers = new Callers();
const crowd = new Crowd();

const doing: Doing = {
  findTool: async ({ url, suffix }) => {
    const session = await Session.open(new URL(url));
    const names = [...(await session.list()).matchAll(/"name":"([^"]+)"/g)].map(
      ([, name]) => name ?? "",
    );
    await session.delete();
    session.close();
    const tool = names.find((name) => name.endsWith(suffix));
    if (tool === undefined)
      throw new Error(`${url} lists no tool that ends with "${suffix}": ${names.join(", ")}`);
    return { tool, tools: names.length };
  },
  loop: async (ask) => callers.loop(ask),
  arrivals: async (ask) => callers.arrivals(ask),
  connects: async ({ url, count }) => ({ p50Micros: await crowd.connects(new URL(url), count) }),
  gather: async (ask) => {
    await crowd.gather(new URL(ask.url), ask);
    return {};
  },
  touch: async (ask) => crowd.touch(ask),
  churn,
  callAtOnce: async ({ url, count, tool, waitMs }) => {
    await crowd.callAtOnce(new URL(url), count, tool, waitMs);
    return {};
  },
  disperse: async () => ({ streamsEndedMs: await crowd.disperse() }),
  hangUp: async () => {
    crowd.hangUp();
    await callers.hangUp();
    return {};
  },
};

async function answer(name: JobName, ask: never): Promise<unknown> {
  try {
    return { answer: await doing[name](ask) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

process.on("message", (message: { name: JobName; ask: never }) => {
  void answer(message.name, message.ask).then((reply) => process.send?.(reply));
});
process.on("disconnect", () => process.exit());
