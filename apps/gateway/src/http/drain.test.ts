import { once } from "node:events";
import { createServer, request, Agent, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { drainStep, type DrainEvent, type DrainPhase, type DrainTimes } from "./drain-steps.ts";
import { Drain, type DrainPorts } from "./drain.ts";

const TIMES: DrainTimes = { delayMs: 5_000, gracePeriodMs: 30_000, stopMs: 2_000 };

/** A drain whose ports write down what is done, and whose time passes by hand. */
function recorded(overrides: Partial<DrainPorts> = {}, times = TIMES) {
  const done: string[] = [];
  const idle = Promise.withResolvers<void>();
  let pending: (() => void) | undefined;
  const ports: DrainPorts = {
    startTimer(ms, then) {
      done.push(`timer ${ms}`);
      pending = then;
      return () => {
        pending = undefined;
      };
    },
    stopAccepting: () => void done.push("stop accepting"),
    closeIdleConnections: () => void done.push("close idle"),
    whenIdle: async () => idle.promise,
    closeStreams: async (retryMs) => void done.push(`close streams, retry ${retryMs}`),
    stopBackends: async () => void done.push("stop backends"),
    closeAllConnections: () => void done.push("close all"),
    entered: (phase) => void done.push(`[${phase}]`),
    ...overrides,
  };
  const drain = new Drain(ports, times);
  const timePasses = () => {
    const then = pending;
    pending = undefined;
    then?.();
  };
  return { drain, done, idle, timePasses, hasTimer: () => pending !== undefined };
}

test("a stop goes from failing readiness over finishing calls to the end, in this order", async () => {
  const { drain, done, idle, timePasses, hasTimer } = recorded();
  expect([drain.phase, drain.accepting]).toEqual(["running", true]);
  const stopped = drain.stop();
  expect([drain.phase, drain.accepting]).toEqual(["draining", true]);
  expect(done).toEqual(["[draining]", "timer 5000"]);
  timePasses();
  expect([drain.phase, drain.accepting]).toEqual(["finishing", false]);
  expect(done.slice(2)).toEqual(["[finishing]", "timer 30000", "stop accepting", "close idle"]);
  idle.resolve();
  await stopped;
  expect(done.slice(6)).toEqual([
    "[stopping]",
    "timer 2000",
    "stop accepting",
    "close streams, retry 1000",
    "stop backends",
    "[done]",
    "close all",
  ]);
  expect(hasTimer()).toBe(false);
});

test("without a delay the listener closes at once", () => {
  const { drain, done } = recorded({}, { ...TIMES, delayMs: 0 });
  void drain.stop();
  expect(done.slice(0, 3)).toEqual(["[finishing]", "timer 30000", "stop accepting"]);
});

test("a call that never ends is given up after the grace period", async () => {
  const { drain, done, timePasses } = recorded();
  const stopped = drain.stop();
  timePasses();
  timePasses();
  await stopped;
  expect(done).toContain("stop backends");
  expect(drain.phase).toBe("done");
});

test("a child that never stops is given up after its time", async () => {
  const asked = Promise.withResolvers<void>();
  const { drain, done, idle, timePasses } = recorded({
    stopBackends: async () => {
      asked.resolve();
      return new Promise(() => undefined);
    },
  });
  const stopped = drain.stop();
  timePasses();
  idle.resolve();
  await asked.promise;
  expect(drain.phase).toBe("stopping");
  timePasses();
  await stopped;
  expect(done.at(-1)).toBe("close all");
});

test("ports that fail do not keep the gateway from stopping", async () => {
  const { drain, idle, timePasses } = recorded({
    stopAccepting: () => {
      throw new Error("not listening");
    },
    closeStreams: async () => Promise.reject(new Error("cut")),
  });
  const stopped = drain.stop();
  timePasses();
  idle.resolve();
  await stopped;
  expect(drain.phase).toBe("done");
});

test("told to stop again, it skips what it waits for", async () => {
  const { drain, done } = recorded();
  const first = drain.stop();
  const second = drain.stop();
  expect(drain.phase).toBe("stopping");
  expect(done).toContain("stop accepting");
  await Promise.all([first, second]);
  expect(drain.phase).toBe("done");
});

const PHASES: DrainPhase[] = ["running", "draining", "finishing", "stopping", "done"];
const EVENTS: DrainEvent[] = ["stop", "timer", "idle", "stopped"];

test("phases only go forward, and every phase but the first and last has a timer of its own", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...EVENTS)), fc.nat(10), (events, delayMs) => {
      let phase: DrainPhase = "running";
      for (const event of events) {
        const step = drainStep(phase, event, { ...TIMES, delayMs });
        const moved = step.phase !== phase;
        expect(PHASES.indexOf(step.phase)).toBeGreaterThanOrEqual(PHASES.indexOf(phase));
        expect(step.actions.length > 0).toBe(moved);
        expect(step.actions.some((action) => action.do === "start-timer")).toBe(
          moved && step.phase !== "done",
        );
        phase = step.phase;
      }
    }),
  );
});

test("once told to stop, the end comes by timers alone", () => {
  let { phase } = drainStep("running", "stop", TIMES);
  for (let n = 0; n < 3; n += 1) ({ phase } = drainStep(phase, "timer", TIMES));
  expect(phase).toBe("done");
});

async function bodyOf(answer: IncomingMessage): Promise<string> {
  return (await answer.toArray()).join("");
}

test("a real server finishes its call, ends its stream, and lets no connection linger", async () => {
  const calls = new Set<ServerResponse>();
  const streams = new Set<ServerResponse>();
  const idle = Promise.withResolvers<void>();
  const server = createServer((req, res) => {
    if (req.url === "/stream") streams.add(res.writeHead(200));
    else if (req.url === "/call") calls.add(res);
    else res.end("quick");
    res.flushHeaders?.();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });
  const open = (path: string) => request({ host: "127.0.0.1", port, path, agent }).end();
  const answered = async (path: string) =>
    bodyOf((await once(open(path), "response"))[0] as IncomingMessage);
  expect(await answered("/quick")).toBe("quick");
  const call = answered("/call");
  const stream = answered("/stream");
  while (calls.size === 0 || streams.size === 0) await once(server, "request");

  const closed = once(server, "close");
  const drain = new Drain(
    {
      startTimer(ms, then) {
        const timer = setTimeout(then, ms);
        return () => clearTimeout(timer);
      },
      stopAccepting: () => void server.close(),
      closeIdleConnections: () => server.closeIdleConnections(),
      whenIdle: async () => idle.promise,
      closeStreams: async (retryMs) => {
        for (const response of streams) response.end(`retry: ${retryMs}\n\n`);
      },
      stopBackends: async () => undefined,
      closeAllConnections: () => server.closeAllConnections(),
      entered: () => undefined,
    },
    { delayMs: 0, gracePeriodMs: 10_000, stopMs: 10_000 },
  );
  const stopped = drain.stop();
  const refused = new Agent();
  const late = request({ host: "127.0.0.1", port, agent: refused }).end();
  expect(await once(late, "error")).toMatchObject([{ code: "ECONNREFUSED" }]);
  for (const response of calls) response.end("finished");
  expect(await call).toBe("finished");
  idle.resolve();
  expect(await stream).toBe("retry: 1000\n\n");
  await stopped;
  await closed;
  agent.destroy();
});
