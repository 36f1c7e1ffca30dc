import { setTimeout } from "node:timers/promises";
import type { Figure } from "../figure.ts";
import { startBackends, type Backends } from "../machine/backends.ts";
import { gatewayTools } from "../machine/gateway-config.ts";
import { startOnRedis, type Ground } from "./ground.ts";

const SERVERS = 10;
const AT_ONCE = 50;
const WAIT_MS = 3_000;

/** Longest wait until connections that carry nothing are closed. */
const CLOSED_DEADLINE_MS = 90_000;

/** Sockets to ten backends that every session has used: while all are idle, and while fifty calls are in flight. */
export async function measureSockets(ground: Ground): Promise<void> {
  const { load, scale } = ground;
  const ask = { servers: SERVERS, tools: 20, sessions: true, streams: true, firstPort: undefined };
  const backends = await startBackends(ask);
  const gateway = await startOnRedis(ground, backends.urls);
  const { url } = gateway;
  const tools = gatewayTools(SERVERS);
  try {
    const catalogues = (await backends.counters()).open;
    await load.run("gather", { url, sessions: scale.wide, streams: false, tools });
    const idle = await settled(backends);
    const [tool = ""] = tools;
    const calls = load.run("callAtOnce", { url, count: AT_ONCE, tool, waitMs: WAIT_MS });
    await setTimeout(WAIT_MS / 2);
    const { open } = await backends.counters();
    await calls;
    ground.report([
      figure("open connections to 10 backends before the first session", catalogues),
      figure(`the same with ${scale.wide} idle sessions that used each of them`, idle, {
        atMost: SERVERS,
      }),
      figure(`more with ${AT_ONCE} calls in flight`, open - idle, { atMost: AT_ONCE }),
    ]);
  } finally {
    await load.run("hangUp", {});
    await gateway.stop();
    await backends.stop();
  }
}

function figure(name: string, value: number, bar?: Figure["bar"]): Figure {
  return { name, unit: "", values: { gateway: value }, bar };
}

/** How many connections are open once that number has not changed for ten seconds. */
async function settled(backends: Backends): Promise<number> {
  const deadline = performance.now() + CLOSED_DEADLINE_MS;
  let { open } = await backends.counters();
  for (let still = 0; still < 10 && performance.now() < deadline;) {
    await setTimeout(1_000);
    const now = (await backends.counters()).open;
    still = now === open ? still + 1 : 0;
    open = now;
  }
  return open;
}
