import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEcho } from "../fixtures/echo/listen.ts";
import type { Echo } from "../fixtures/echo/listen.ts";
import { startEverything } from "../fixtures/everything/listen.ts";
import type { Everything } from "../fixtures/everything/listen.ts";
import { startMisbehaving } from "../fixtures/misbehaving/listen.ts";
import type { Misbehaving } from "../fixtures/misbehaving/listen.ts";
import type { WireEvent } from "../wire/event-stream.ts";
import { events, isStream, messagesIn, requestText } from "../wire/http.ts";
import { openSession } from "../wire/session.ts";
import type { RawSession } from "../wire/session.ts";
import { configOf, http } from "./config.ts";
import { startGateway } from "./start.ts";
import type { StartedGateway } from "./start.ts";

const VERSIONS = ["2025-11-25", "2025-06-18", "2025-03-26"];

let backend: Misbehaving;
let echo: Echo;
let fixture: Everything;
let gateway: StartedGateway;
let session: RawSession;

beforeAll(async () => {
  [backend, echo, fixture] = await Promise.all([
    startMisbehaving(),
    startEcho(),
    startEverything({ port: 0 }),
  ]);
  gateway = await startGateway({
    config: configOf([http("b", backend.url), http("e", echo.url), http("f", fixture.url)]),
  });
  session = await openSession(gateway.url);
});

afterAll(async () => {
  await gateway.stop();
  await Promise.all([backend, echo, fixture].map((each) => each.close()));
});

async function eventsIn(response: Response): Promise<WireEvent[]> {
  const all: WireEvent[] = [];
  for await (const event of events(response)) all.push(event);
  return all;
}

function methodOf({ data = "" }: WireEvent): string {
  const message = JSON.parse(data || "{}") as { method?: string; result?: unknown };
  return message.method ?? (message.result === undefined ? "priming" : "answer");
}

describe("an answer is plain JSON", () => {
  test.each(["b_well", "b_slow", "e_as_json", "e_as_error"])(
    "when it is the first thing that %s says",
    async (name) => {
      const response = await session.call(1, name);
      expect(response.headers.get("content-type")).toBe("application/json");
      expect(await messagesIn(response)).toHaveLength(1);
    },
  );

  test("when it is the first event of the backend's stream", async () => {
    for (const name of ["e_as_stream", "b_slow_streaming"]) {
      const response = await session.call(1, name);
      expect(response.headers.get("content-type")).toBe("application/json");
      expect(await messagesIn(response)).toHaveLength(1);
    }
  });

  test("when the client takes no event streams, and what comes before goes to its standing stream", async () => {
    const stream = await session.stream();
    const standing = events(stream);
    const response = await session.post(requestText(1, "tools/call", { name: "e_with_notices" }), {
      accept: "application/json",
    });
    expect(response.headers.get("content-type")).toBe("application/json");
    const [text = ""] = await messagesIn(response);
    expect(JSON.parse(text)).toMatchObject({ id: 1, result: {} });
    const heard: string[] = [];
    for await (const event of standing) {
      heard.push(methodOf(event));
      if (heard.includes("notifications/message")) break;
    }
    expect(heard).toEqual(["priming", "notifications/progress", "notifications/message"]);
  });
});

describe("an answer is an event stream", () => {
  test.each(VERSIONS)(
    "when the backend says something before; under %s",
    async (protocolVersion) => {
      const spoken = await openSession(gateway.url, { protocolVersion });
      const response = await spoken.call(1, "e_with_notices", { _meta: { progressToken: "t" } });
      expect(response.headers.get("content-type")).toBe("text/event-stream");
      expect(response.headers.get("cache-control")).toContain("no-cache");
      expect(response.headers.get("x-accel-buffering")).toBe("no");
      const all = await eventsIn(response);
      expect(all.map(methodOf)).toEqual([
        ...(protocolVersion === "2025-11-25" ? ["priming"] : []),
        "notifications/progress",
        "notifications/message",
        "notifications/example.com/unknown",
        "answer",
      ]);
      expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
      expect(all.every(({ id }) => id !== undefined)).toBe(true);
    },
  );

  test("when the backend opens its own with a priming event", async () => {
    const all = await eventsIn(await session.call(1, "f_test_simple_text"));
    expect(all.map(methodOf)).toEqual(["priming", "answer"]);
  });

  test("when the backend closes its stream early; the client is told when to come back", async () => {
    const first = await eventsIn(await session.call(1, "f_test_reconnection"));
    expect(first.map(({ data }) => data)).toEqual(["", undefined]);
    expect(first.at(-1)?.retryMs).toBeGreaterThan(0);
    const resumed = await eventsIn(await session.stream(first[0]?.id));
    expect(resumed.map(methodOf)).toEqual(["answer"]);
  });

  test.each(VERSIONS)(
    "when the call runs for more than a second; under %s",
    async (protocolVersion) => {
      const patient = await openSession(gateway.url, { protocolVersion });
      const response = await patient.call(1, "b_slow", { arguments: { ms: 1500 } });
      expect(isStream(response)).toBe(true);
      const all = await eventsIn(response);
      expect(all.map(methodOf)).toEqual(
        protocolVersion === "2025-11-25" ? ["priming", "answer"] : ["answer"],
      );
    },
  );
});

describe("the standing stream", () => {
  test.each(VERSIONS)("under %s opens at once", async (protocolVersion) => {
    const listening = await openSession(gateway.url, { protocolVersion });
    const over = new AbortController();
    const response = await listening.stream(undefined, over.signal);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    over.abort();
  });

  test("is refused to a client that does not take event streams", async () => {
    const { headers } = session;
    const response = await fetch(gateway.url, {
      headers: { ...headers, accept: "application/json" },
    });
    expect(response.status).toBe(406);
  });

  test("never gives what belongs to another session, whatever event a client names", async () => {
    const [owner, other] = await Promise.all([openSession(gateway.url), openSession(gateway.url)]);
    const mine = { arguments: { whose: "owner's" } };
    const all = await eventsIn(await owner.call(1, "e_with_notices", mine));
    expect(JSON.stringify(all)).toContain("owner's");
    for (const id of ["nonsense", "1_0", "0_0", ...all.map((event) => event.id)]) {
      const response = await other.stream(id);
      expect([response.status, await response.text()]).toEqual([400, expect.any(String)]);
    }
    // Event ids are counted in each session, so that one may be known in both.
    await messagesIn(await other.call(1, "e_with_notices", { arguments: { whose: "other's" } }));
    for (const { id } of all) {
      const response = await other.stream(id);
      expect(await response.text()).not.toContain("owner's");
    }
  });

  test("a finished stream gives what the client missed of it, and nothing once it has all", async () => {
    const all = await eventsIn(await session.call(1, "e_with_notices"));
    const again = await eventsIn(await session.stream(all[1]?.id));
    expect(again).toEqual(all.slice(2));
    expect((await session.stream(all.at(-1)?.id)).status).toBe(204);
  });
});
