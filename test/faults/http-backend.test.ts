import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startMisbehaving } from "../fixtures/misbehaving/listen.ts";
import type { Misbehaving } from "../fixtures/misbehaving/listen.ts";
import type { Misbehaviour } from "../fixtures/misbehaving/misbehaviours.ts";
import { startGateway } from "../gateway/start.ts";
import type { StartedGateway } from "../gateway/start.ts";
import { meanwhile } from "./bystander.ts";
import { configOf, httpBackend } from "./gateway-config.ts";
import { Session, answerIn } from "./session.ts";

const TIMEOUT_MS = 400;
const BROKE_OFF = "The backend bad closed the connection before it answered.";
const NOT_JSON_RPC = "The backend bad sent something that is not a JSON-RPC message.";

let well: Misbehaving;
let bad: Misbehaving;
let mortal: Misbehaving;
let gateway: StartedGateway;
let session: Session;

beforeAll(async () => {
  [well, bad, mortal] = await Promise.all([
    startMisbehaving(),
    startMisbehaving(),
    startMisbehaving(),
  ]);
  const backends = [
    httpBackend("well", well.url),
    httpBackend("bad", bad.url),
    httpBackend("mortal", mortal.url),
  ];
  const timeouts = { default: "10s", perWorkload: { bad: `${TIMEOUT_MS}ms` } };
  gateway = await startGateway({ config: configOf(backends, { timeouts }) });
  session = await Session.open(gateway.url);
});

afterAll(async () => {
  await session.close();
  expect(await gateway.stop()).toBe(0);
  await Promise.all([well, bad, mortal].map((backend) => backend.close()));
});

function aside<T>(act: () => Promise<T>): Promise<T> {
  return meanwhile(session, "well_well", act);
}

async function failureOf(tool: Misbehaviour): Promise<{ code: number; message: string }> {
  const { id, error, result } = await session.call(`bad_${tool}`);
  expect(result).toBeUndefined();
  expect(typeof id).toBe("number");
  return error!;
}

describe("a backend that answers nonsense fails the one call, and says how", () => {
  test.each<[Misbehaviour, string]>([
    ["invalid_json", NOT_JSON_RPC],
    ["not_json_rpc", NOT_JSON_RPC],
    ["empty", NOT_JSON_RPC],
    ["html", 'The backend bad sent an answer of the type "text/html".'],
    ["accepted", "The backend bad answered with HTTP 202."],
    ["crash_page", "The backend bad answered with HTTP 500."],
    ["wrong_id", "The backend bad sent something that is not the answer to this request."],
    ["wrong_id_streaming", BROKE_OFF],
    ["huge_header", BROKE_OFF],
    ["no_answer", BROKE_OFF],
    ["truncated_stream", BROKE_OFF],
    ["die", BROKE_OFF],
    ["die_streaming", BROKE_OFF],
    ["die_in_body", BROKE_OFF],
    ["half_close", BROKE_OFF],
  ])("%s", async (tool, message) => {
    await aside(async () => {
      expect(await failureOf(tool)).toMatchObject({ code: -32_603, message });
      // The next call finds the backend as if nothing had been.
      expect((await session.call("bad_well")).result).toBeDefined();
    });
  });

  test("garbage between the events of a stream is skipped, and the answer arrives", async () => {
    await aside(async () => {
      expect((await session.call("bad_garbage_events")).result).toBeDefined();
    });
  });

  test("forty calls that all fail in different ways at once each get an error of their own", async () => {
    const tools: Misbehaviour[] = ["die", "html", "invalid_json", "truncated_stream", "half_close"];
    await aside(async () => {
      const calls = Array.from({ length: 40 }, (_, n) => failureOf(tools[n % tools.length]!));
      for (const { code } of await Promise.all(calls)) expect(code).toBe(-32_603);
    });
  });
});

describe("a backend that takes its time", () => {
  test.each<Misbehaviour>(["hang", "hang_streaming"])(
    "%s: the call ends at its time-out, which the error names, and the backend is told",
    async (tool) => {
      await aside(async () => {
        const cancelled = bad.next("notifications/cancelled");
        const startedMs = performance.now();
        const error = await failureOf(tool);
        expect(performance.now() - startedMs).toBeGreaterThanOrEqual(TIMEOUT_MS - 5);
        expect(performance.now() - startedMs).toBeLessThan(TIMEOUT_MS + 500);
        expect(error).toEqual({
          code: -32_603,
          message: `The backend bad did not answer within ${TIMEOUT_MS} ms.`,
          data: { backend: "bad", timeoutMs: TIMEOUT_MS },
        });
        const call = bad.received().findLast(({ method }) => method === "tools/call");
        expect((await cancelled).params?.["requestId"]).toBe(call?.id);
      });
    },
  );

  test.each<Misbehaviour>(["slow", "slow_streaming"])(
    "%s: an answer within the time-out arrives",
    async (tool) => {
      await aside(async () => {
        const { result } = await session.call(`bad_${tool}`, { ms: TIMEOUT_MS / 2 });
        expect(result?.content).toEqual([{ type: "text", text: "ok" }]);
      });
    },
  );

  test("an answer after more than a second comes as an event stream", async () => {
    await aside(async () => {
      const response = await session.post("tools/call", {
        name: "well_slow",
        arguments: { ms: 1_300 },
      });
      expect(response.headers["content-type"]).toBe("text/event-stream");
      expect((await answerIn(response)).result).toBeDefined();
    });
  });
});

test("a half-closed connection is not used again", async () => {
  await session.call("bad_well");
  const before = await bad.connections();
  await aside(async () => {
    for (let n = 0; n < 20; n++) {
      const { result } = await session.call("bad_close_after");
      expect(result).toBeDefined();
    }
  });
  await expect.poll(() => bad.connections()).toBeLessThanOrEqual(before);
});

test("a backend that forgot its sessions in the middle of traffic gets new ones, and no call fails", async () => {
  await aside(async () => {
    for (let n = 0; n < 30; n++) {
      if (n % 10 === 5) mortal.forget();
      const answers = await Promise.all([
        session.call("mortal_well"),
        session.call("mortal_well"),
        session.call("mortal_well"),
      ]);
      for (const { result } of answers) expect(result).toBeDefined();
    }
  });
  const opened = mortal.received().filter(({ method }) => method === "initialize");
  // The catalogue's session, the client's, and of that one more each time that it was lost.
  expect(opened.length).toBeLessThanOrEqual(2 + 3 + 3);
});

test("a backend killed in the middle of calls fails them, then fails fast, and comes back by itself", async () => {
  await aside(async () => {
    const reached = mortal.next("tools/call");
    const calls = [session.call("mortal_hang"), session.call("mortal_hang")];
    await reached;
    await mortal.close();
    for (const { error } of await Promise.all(calls))
      expect(error).toMatchObject({
        code: -32_603,
        message: "The backend mortal closed the connection before it answered.",
      });
    // It is noticed at once, not at the next regular look.
    await expect
      .poll(async () => (await session.call("mortal_well")).error?.message)
      .toContain("The backend mortal is unavailable and is being retried.");
    const startedMs = performance.now();
    await session.call("mortal_well");
    expect(performance.now() - startedMs).toBeLessThan(200);
    expect(await session.tools()).toContain("mortal_well");
    mortal = await startMisbehaving({ port: mortal.port });
    await expect
      .poll(async () => (await session.call("mortal_well")).result, { timeout: 10_000 })
      .toBeDefined();
  });
});
