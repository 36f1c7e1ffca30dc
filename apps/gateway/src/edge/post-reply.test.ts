import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { PolicyProbe } from "../../test/policy-probe.ts";
import { request } from "../../test/request-text.ts";
import { ResponseProbe } from "../../test/response-probe.ts";
import { LinkProbe, sessionRig } from "../../test/session-rig.ts";
import { GatewayError } from "../rpc/errors.ts";
import { readMessage, type Message } from "../rpc/message.ts";
import { notificationText } from "../rpc/reply.ts";
import type { Session } from "../sessions/session.ts";
import type { Accepted } from "./media-types.ts";
import { PostReply } from "./post-reply.ts";

const CALL = request("tools/call", '{"name":"a_echo"}');
const ANSWER = '{"jsonrpc":"2.0","id":1,"result":{}}';
const PROGRESS = readMessage(
  notificationText("notifications/progress", '{"progressToken":1,"progress":1}'),
);
const BOTH = { json: true, events: true };
const TOO_MANY = {
  code: "rate-limited",
  text: ANSWER,
  httpStatus: 429,
  headers: { "retry-after": "2" },
} as const;
const LOST = new GatewayError("backend-unavailable", "The backend a is away.");

interface Rig {
  readonly reply: PostReply;
  readonly response: ResponseProbe;
  readonly policy: PolicyProbe;
  readonly session: Session;
  readonly cancelled: string[];
}

/** A reply whose call is on its way to the backend `a`. */
function rig(options: { version?: string; takes?: Accepted; silenceMs?: number } = {}): Rig {
  const { version = "2025-11-25", takes = BOTH, silenceMs = 5_000 } = options;
  const { session } = sessionRig(version);
  const response = new ResponseProbe();
  const policy = new PolicyProbe();
  policy.silenceMs = silenceMs;
  const cancelled: string[] = [];
  const reply = new PostReply({ session, request: CALL, response: response.real, policy, takes });
  reply.sentTo("a", new LinkProbe(), (reason) => cancelled.push(reason));
  return { reply, response, policy, session, cancelled };
}

function flow() {
  return { pause: vi.fn<() => void>(), resume: vi.fn<() => void>(), abort: vi.fn<() => void>() };
}

/** What is left to hear of the stream of the first event, on a new connection. */
function resumed(session: Session, response: ResponseProbe): string[] {
  const again = new ResponseProbe();
  const [, id = ""] = /^id: (\S+)$/m.exec(response.body) ?? [];
  void session.streams.resume(id, again.real, () => again.writeHead(200));
  return again.events;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe("an answer", () => {
  test("that comes first is plain JSON", () => {
    const { reply, response, policy } = rig();
    reply.answer(ANSWER);
    expect(response.headers["content-type"]).toBe("application/json");
    expect([response.status, response.body, response.writableEnded]).toEqual([200, ANSWER, true]);
    expect(policy.outcomes).toEqual(["result"]);
  });

  test("that refuses a subscription is no result, so that nobody makes it again", () => {
    const { session } = sessionRig("2025-11-25");
    const policy = new PolicyProbe();
    const response = new ResponseProbe().real;
    const subscribe = request("resources/subscribe", '{"uri":"a://1"}');
    const reply = new PostReply({ session, request: subscribe, response, policy, takes: BOTH });
    reply.answer('{"jsonrpc":"2.0","id":1,"error":{"code":-32002,"message":"no"}}');
    expect(policy.outcomes).toEqual(["error"]);
  });

  test("that is refused carries its headers", () => {
    const { reply, response, policy } = rig();
    reply.refuse({
      code: "rate-limited",
      text: ANSWER,
      httpStatus: 200,
      headers: { "retry-after": "2" },
    });
    expect(response.headers).toMatchObject({ "retry-after": "2" });
    expect(policy.outcomes).toEqual(["refused"]);
  });

  test("that is refused with a status of its own is JSON, whatever the client takes", () => {
    const { reply, response, policy } = rig({ takes: { json: false, events: true } });
    reply.refuse(TOO_MANY);
    expect([response.status, response.body]).toEqual([429, ANSWER]);
    expect(response.headers).toMatchObject({
      "content-type": "application/json",
      "retry-after": "2",
    });
    expect([reply.httpStatus, reply.failure, policy.outcomes]).toEqual([
      429,
      "rate-limited",
      ["refused"],
    ]);
  });

  test("that is refused on a stream which has begun is an event of it", () => {
    const { reply, response } = rig();
    reply.interim(PROGRESS);
    reply.refuse(TOO_MANY);
    expect(response.status).toBe(200);
    expect(response.events).toEqual(["", PROGRESS.text, ANSWER]);
    expect([reply.httpStatus, response.writableEnded]).toEqual([200, true]);
  });

  test("is added to in its headers and in its result", () => {
    const { reply, response } = rig();
    reply.add({ headers: { ratelimit: "r" }, meta: ["k", "1"] });
    reply.answer('{"jsonrpc":"2.0","id":1,"result":{"a":1.0}}');
    expect(response.body).toBe('{"jsonrpc":"2.0","id":1,"result":{"_meta":{"k":1},"a":1.0}}');
    expect(response.headers).toMatchObject({ ratelimit: "r" });
  });

  test("is added to on an event stream too", () => {
    const { reply, response } = rig();
    reply.add({ headers: { ratelimit: "r" }, meta: ["k", "1"] });
    reply.interim(PROGRESS);
    reply.answer('{"jsonrpc":"2.0","id":1,"result":{}}');
    expect(response.headers).toMatchObject({ ratelimit: "r", "content-type": "text/event-stream" });
    expect(response.events.at(-1)).toBe('{"jsonrpc":"2.0","id":1,"result":{"_meta":{"k":1}}}');
  });

  test("that is large is held until it can be added to, and passed on if it is no JSON", () => {
    for (const [text, shown] of [
      ['{"result":{}}', '{"result":{"_meta":{"k":1}}}'],
      ['{"result":{', '{"result":{'],
    ] as const) {
      const { reply, response } = rig();
      reply.add({ headers: {}, meta: ["k", "1"] });
      const sink = reply.largeAnswer(flow());
      sink.write(Buffer.from(text.slice(0, 5)));
      sink.write(Buffer.from(text.slice(5)));
      expect(response.body).toBe("");
      sink.end();
      expect(response.body).toBe(shown);
    }
  });

  test("that is large and has headers alone added goes on as it comes", () => {
    const { reply, response } = rig();
    reply.add({ headers: { ratelimit: "r" }, meta: undefined });
    const sink = reply.largeAnswer(flow());
    sink.write(Buffer.from("{"));
    expect([response.body, response.headers["ratelimit"]]).toEqual(["{", "r"]);
    sink.end();
  });

  test("after something else follows that on an event stream, which ends with it", () => {
    const { reply, response } = rig();
    reply.interim(PROGRESS);
    expect(response.headers["content-type"]).toBe("text/event-stream");
    reply.answer(ANSWER);
    expect(response.events).toEqual(["", PROGRESS.text, ANSWER]);
    expect(response.writableEnded).toBe(true);
  });

  test.each(["2025-06-18", "2025-03-26"])(
    "on a stream under %s has no empty event before it",
    (version) => {
      const { reply, response } = rig({ version });
      reply.interim(PROGRESS);
      reply.answer(ANSWER);
      expect(response.events).toEqual([PROGRESS.text, ANSWER]);
    },
  );

  test("of a backend that opens a stream comes on one", () => {
    const { reply, response } = rig();
    reply.streaming();
    reply.answer(ANSWER);
    expect(response.events).toEqual(["", ANSWER]);
  });

  test("that takes its time comes on a stream, which stands from then on", () => {
    const { reply, response } = rig();
    vi.advanceTimersByTime(999);
    expect(response.headersSent).toBe(false);
    vi.advanceTimersByTime(1);
    expect(response.headers["content-type"]).toBe("text/event-stream");
    expect(response.events).toEqual([""]);
    reply.answer(ANSWER);
    expect(response.events).toEqual(["", ANSWER]);
  });

  test("is given once, whatever comes after it", () => {
    const { reply, response, policy, session } = rig();
    reply.answer(ANSWER);
    reply.answer(ANSWER);
    reply.failed(LOST);
    reply.interim(PROGRESS);
    reply.streaming();
    reply.interrupted(10);
    reply.cancel("late");
    reply.giveUp(LOST);
    expect(response.body).toBe(ANSWER);
    expect([policy.outcomes, policy.failures]).toEqual([["result"], []]);
    expect(session.callsUnderWay).toBe(0);
  });

  test("that failed says so under the request's id", () => {
    const { reply, response, policy } = rig();
    reply.failed(LOST);
    expect(JSON.parse(response.body)).toEqual({
      jsonrpc: "2.0",
      id: 1,
      error: { code: -32_603, message: "The backend a is away." },
    });
    expect([policy.outcomes, policy.failures]).toEqual([["failed"], [LOST]]);
  });
});

describe("a client that takes JSON alone", () => {
  const takes = { json: true, events: false };

  test("gets JSON after any time, and what comes before on its standing stream", () => {
    const { reply, response, session } = rig({ takes, silenceMs: 0 });
    const standing = new ResponseProbe();
    session.streams.standalone.attach(standing.real);
    reply.streaming();
    reply.interim(PROGRESS);
    reply.interrupted(10);
    vi.advanceTimersByTime(100_000);
    expect(response.headersSent).toBe(false);
    reply.answer(ANSWER);
    expect(response.body).toBe(ANSWER);
    expect(standing.events).toEqual([PROGRESS.text]);
  });

  test("gets no event stream for a call that it cancelled either", () => {
    const { reply, response } = rig({ takes });
    reply.cancel("enough");
    expect([response.status, response.body]).toEqual([202, ""]);
  });
});

describe("a client that takes event streams alone", () => {
  const takes = { json: false, events: true };

  test("gets one for an answer that comes first", () => {
    const { reply, response } = rig({ takes });
    reply.answer(ANSWER);
    expect(response.headers["content-type"]).toBe("text/event-stream");
    expect([response.events, response.writableEnded]).toEqual([["", ANSWER], true]);
  });

  test("gets a large answer as one event", () => {
    const { reply, response } = rig({ takes });
    const sink = reply.largeAnswer(flow());
    sink.write(Buffer.from(ANSWER.slice(0, 9)));
    sink.write(Buffer.from(ANSWER.slice(9)));
    sink.end();
    expect(response.events).toEqual(["", ANSWER]);
  });
});

describe("a backend that closes its stream early", () => {
  test("has a client of 2025-11-25 come back when the backend wants it, for what comes then", () => {
    const { reply, response, session } = rig();
    reply.interrupted(70);
    expect(response.body).toContain("retry: 70\n");
    expect(response.writableEnded).toBe(true);
    response.destroy();
    reply.answer(ANSWER);
    expect(resumed(session, response)).toEqual([ANSWER]);
  });

  test("leaves the stream of an older client open, which knows no better", () => {
    const { reply, response } = rig({ version: "2025-06-18" });
    reply.interrupted(70);
    expect(response.writableEnded).toBe(false);
    reply.answer(ANSWER);
    expect(response.events).toEqual([ANSWER]);
  });
});

describe("a client that disconnects", () => {
  test("while it was to get JSON cancels the call", () => {
    const { response, policy, cancelled, session } = rig();
    response.destroy();
    expect(cancelled).toHaveLength(1);
    expect(policy.outcomes).toEqual(["cancelled"]);
    expect(session.callsUnderWay).toBe(0);
  });

  test("from a stream does not, and can come back for the answer", () => {
    const { reply, response, session, cancelled } = rig();
    reply.streaming();
    response.destroy();
    expect(cancelled).toEqual([]);
    reply.interim(PROGRESS);
    reply.answer(ANSWER);
    expect(resumed(session, response)).toEqual([PROGRESS.text, ANSWER]);
  });

  test("after its answer changes nothing", () => {
    const { reply, response, policy, cancelled } = rig();
    reply.answer(ANSWER);
    response.destroy();
    expect([policy.outcomes, cancelled]).toEqual([["result"], []]);
  });
});

describe("a client that cancels", () => {
  test("gets no answer, and the backend hears of it once", () => {
    const { reply, response, session, cancelled } = rig();
    session.cancelled(wish(1));
    session.cancelled(wish(1));
    reply.answer(ANSWER);
    expect(cancelled).toEqual(["enough"]);
    expect([response.body, response.writableEnded]).toEqual(["", true]);
  });

  test("ends a stream without an answer", () => {
    const { reply, response } = rig();
    reply.interim(PROGRESS);
    reply.cancel("enough");
    expect([response.events, response.writableEnded]).toEqual([["", PROGRESS.text], true]);
  });

  test("cuts off a large answer, so that it waits for no rest", () => {
    const { reply, response } = rig();
    const control = flow();
    const sink = reply.largeAnswer(control);
    sink.write(Buffer.from("{"));
    reply.cancel("enough");
    expect([response.destroyed, control.abort.mock.calls.length]).toEqual([true, 1]);
  });
});

describe("a backend that is silent", () => {
  test("for its time-out fails the call and hears of it", () => {
    const { response, policy, cancelled } = rig({ silenceMs: 400 });
    vi.advanceTimersByTime(399);
    expect(cancelled).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(policy.failures).toMatchObject([
      { code: "backend-timeout", data: { backend: "a", timeoutMs: 400 } },
    ]);
    expect(response.body).toContain("did not answer within 400 ms");
    expect(cancelled).toHaveLength(1);
  });

  test("has its time-out begin anew with everything it says", () => {
    const { reply, policy } = rig({ silenceMs: 1_500 });
    for (let n = 0; n < 10; n++) {
      vi.advanceTimersByTime(1_400);
      reply.interim(PROGRESS);
    }
    expect(policy.outcomes).toEqual([]);
    vi.advanceTimersByTime(1_500);
    expect(policy.outcomes).toEqual(["failed"]);
  });

  test("may be so for ever where no time-out is set", () => {
    const { reply, policy } = rig({ silenceMs: 0 });
    vi.advanceTimersByTime(24 * 3_600_000);
    expect(policy.outcomes).toEqual([]);
    reply.answer(ANSWER);
  });

  test("on a stream has its error there", () => {
    const { response } = rig({ silenceMs: 2_000 });
    vi.advanceTimersByTime(2_000);
    expect(response.events[1]).toContain("did not answer within 2000 ms");
    expect(response.writableEnded).toBe(true);
  });
});

describe("a large answer", () => {
  test("is passed on as it comes", () => {
    const { reply, response, policy } = rig();
    const sink = reply.largeAnswer(flow());
    sink.write(Buffer.from(ANSWER.slice(0, 9)));
    expect(response.body).toBe(ANSWER.slice(0, 9));
    sink.write(Buffer.from(ANSWER.slice(9)));
    sink.end();
    expect(response.headers["content-type"]).toBe("application/json");
    expect([response.body, response.writableEnded]).toEqual([ANSWER, true]);
    expect(policy.outcomes).toEqual(["result"]);
  });

  test("is held back while the client does not read, and that is no silence of the backend", () => {
    const { reply, response, policy } = rig({ silenceMs: 3_000 });
    const control = flow();
    const sink = reply.largeAnswer(control);
    response.full = true;
    sink.write(Buffer.from("{"));
    expect(control.pause).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(2_900);
    response.emit("drain");
    expect(control.resume).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(2_900);
    expect(policy.outcomes).toEqual([]);
    sink.write(Buffer.from("}"));
    vi.advanceTimersByTime(3_000);
    expect([policy.outcomes, policy.failures]).toEqual([["cancelled"], []]);
    expect([response.destroyed, control.abort.mock.calls.length]).toEqual([true, 1]);
  });

  test("that stops in the middle times out, and the client does not take half of it for all", () => {
    const { reply, response, policy } = rig({ silenceMs: 3_000 });
    const control = flow();
    reply.largeAnswer(control).write(Buffer.from("{"));
    vi.advanceTimersByTime(3_000);
    expect([response.destroyed, response.writableEnded]).toEqual([true, false]);
    expect(control.abort).toHaveBeenCalled();
    expect(policy.outcomes).toEqual(["failed"]);
    expect(policy.failures).toMatchObject([{ code: "backend-timeout" }]);
  });

  test("that breaks off fails the call", () => {
    const { reply, response, policy } = rig();
    const sink = reply.largeAnswer(flow());
    sink.write(Buffer.from("{"));
    sink.abort(LOST);
    expect([response.destroyed, policy.outcomes, policy.failures]).toEqual([
      true,
      ["failed"],
      [LOST],
    ]);
  });

  test("on a stream is one event, and its pieces are signs of life", () => {
    const { reply, response, policy } = rig({ silenceMs: 1_500 });
    reply.streaming();
    const sink = reply.largeAnswer(flow());
    for (const piece of [ANSWER.slice(0, 9), ANSWER.slice(9, 20), ANSWER.slice(20)]) {
      vi.advanceTimersByTime(1_400);
      sink.write(Buffer.from(piece));
    }
    sink.end();
    expect(response.events).toEqual(["", ANSWER]);
    expect(policy.outcomes).toEqual(["result"]);
  });
});

test("a second request with the id of one under way is refused, in whatever writing, and changes nothing", () => {
  const { reply, response, policy, session } = rig();
  const again = (): PostReply =>
    new PostReply({
      session,
      request: request("tools/call", "{}", "1.0"),
      response: new ResponseProbe().real,
      policy,
      takes: BOTH,
    });
  expect(again).toThrow(GatewayError);
  expect(policy.begun).toBe(1);
  reply.answer(ANSWER);
  expect(response.body).toBe(ANSWER);
});

test("a session that ends gives each call an error and tells its backend", async () => {
  const { response, session, cancelled } = rig();
  await session.close(0, { keepSession: false });
  expect(response.body).toContain("The session was ended.");
  expect(cancelled).toHaveLength(1);
});

/** The client does not want the call with this id any more. */
function wish(id: number): Message {
  return readMessage(
    notificationText("notifications/cancelled", `{"requestId":${id},"reason":"enough"}`),
  );
}
