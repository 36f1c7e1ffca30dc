import { describe, expect, test } from "vitest";
import { PolicyProbe } from "../../test/policy-probe.ts";
import { request } from "../../test/request-text.ts";
import { ResponseProbe } from "../../test/response-probe.ts";
import { LinkProbe, sessionRig } from "../../test/session-rig.ts";
import type { Call, Handler } from "../core/call.ts";
import type { GatewayError } from "../rpc/errors.ts";
import { readMessage, type Message } from "../rpc/message.ts";
import { notificationText } from "../rpc/reply.ts";
import { Dispatch, type DispatchOptions } from "./dispatch.ts";

function rig(
  handle: Handler = () => undefined,
  options: Pick<DispatchOptions, "handleAhead" | "limiter"> = {},
) {
  const { session, backends } = sessionRig();
  const replies = new PolicyProbe();
  const broken: GatewayError[] = [];
  const calls: Call[] = [];
  const dispatch = new Dispatch({
    ...options,
    handler: (call) => {
      calls.push(call);
      handle(call);
    },
    replies,
    maxNameLength: 64,
    broke: (error) => broken.push(error),
  });
  /** Makes a request; its response, and what the gateway answered of its own. */
  const ask = (message: Message, ahead?: ReturnType<Dispatch["ahead"]>) => {
    const response = new ResponseProbe();
    const answers: unknown[] = [];
    dispatch.request(session, message, {
      response: response.real,
      takes: { json: true, events: true },
      answer: (text) => answers.push(JSON.parse(text)),
      ahead,
    });
    return { response, answers };
  };
  const tell = (method: string, params?: string): void =>
    dispatch.take(session, readMessage(notificationText(method, params)));
  return { session, backends, replies, broken, calls, dispatch, ask, tell };
}

const CALL = '{"name":"a_echo","arguments":{}}';

describe("a request", () => {
  test("for a backend goes to the handler with its target", () => {
    const { ask, calls } = rig();
    const { response } = ask(request("tools/call", CALL));
    expect(calls.map(({ target }) => [target.backend, target.name])).toEqual([["a", "a_echo"]]);
    calls[0]?.reply.answer("answer");
    expect(response.body).toBe("answer");
  });

  test("that the gateway answers goes nowhere, and is counted", () => {
    const { ask, calls, replies } = rig();
    expect(ask(request("ping", undefined, '"x"')).answers).toEqual([
      { jsonrpc: "2.0", id: "x", result: {} },
    ]);
    expect(calls).toEqual([]);
    expect(replies.locally).toEqual([{ method: "ping", failure: undefined }]);
  });

  test("of an unknown method is answered so, and not at length", () => {
    const { ask, replies } = rig();
    const [answer] = ask(request("x".repeat(256))).answers;
    expect(answer).toMatchObject({ id: 1, error: { code: -32_601 } });
    expect(JSON.stringify(answer).length).toBeLessThan(250);
    expect(replies.locally).toMatchObject([{ failure: "method-not-found" }]);
  });

  test("for something unknown is answered so, and is over", () => {
    const { ask, calls, session } = rig();
    const { response } = ask(request("tools/call", '{"name":"a_nope"}'));
    expect(JSON.parse(response.body)).toMatchObject({ id: 1, error: { code: -32_602 } });
    expect([calls.length, session.callsUnderWay]).toEqual([0, 0]);
  });

  test("with a name over the limit is refused", () => {
    const { response } = rig().ask(request("tools/call", `{"name":"${"x".repeat(65)}"}`));
    expect(JSON.parse(response.body)).toMatchObject({ error: { code: -32_602 } });
  });

  test("with the id of one under way is refused, and the first goes on", () => {
    const { ask, calls } = rig();
    const first = ask(request("tools/call", CALL));
    const second = ask(request("tools/call", CALL, "1.0"));
    expect(second.answers).toMatchObject([{ id: 1, error: { code: -32_600 } }]);
    expect(calls).toHaveLength(1);
    calls[0]?.reply.answer("first");
    expect([first.response.body, second.response.body]).toEqual(["first", ""]);
  });

  test("on which a handler breaks fails without a word of why", () => {
    const { ask, replies } = rig(() => {
      throw new Error("at /srv/secret");
    });
    const { response } = ask(request("tools/call", CALL));
    expect(JSON.parse(response.body)).toMatchObject({ error: { code: -32_603 } });
    expect(response.body).not.toContain("secret");
    expect(replies.failures).toMatchObject([{ code: "internal" }]);
  });

  test("on which the gateway itself breaks fails too, and the log hears of it", () => {
    const { ask, broken, session } = rig();
    Object.defineProperty(session, "view", {
      get: () => {
        throw new Error("at /srv/secret");
      },
    });
    const { answers } = ask(request("tools/list"));
    expect(answers).toMatchObject([{ error: { code: -32_603 } }]);
    expect(broken).toMatchObject([{ code: "internal", cause: { message: "at /srv/secret" } }]);
  });
});

describe("notifications/cancelled", () => {
  test.each([
    ["1", "1"],
    ["1", "1.0"],
    ["1e2", "100"],
    ['"a"', '"\\u0061"'],
    ["1e400", "1e400"],
  ])("a call with the id %s is cancelled by %s", (id, requestId) => {
    const { ask, tell, session } = rig();
    ask(request("tools/call", CALL, id));
    tell("notifications/cancelled", `{"requestId":${requestId}}`);
    expect(session.callsUnderWay).toBe(0);
  });

  test.each(['"1"', "2", "null", "{}", "[1]", "true"])(
    "a call with the id 1 is not by %s",
    (requestId) => {
      const { ask, tell, session } = rig();
      ask(request("tools/call", CALL));
      tell("notifications/cancelled", `{"requestId":${requestId}}`);
      expect(session.callsUnderWay).toBe(1);
    },
  );

  test("gives the backend the client's reason", () => {
    const reasons: string[] = [];
    const { ask, tell, calls } = rig();
    ask(request("tools/call", CALL));
    calls[0]?.reply.sentTo("a", new LinkProbe(), (reason) => reasons.push(reason));
    tell("notifications/cancelled", '{"requestId":1,"reason":"no \\"more\\""}');
    expect(reasons).toEqual(['no "more"']);
  });

  test("with a key given twice is refused: it might mean another call", () => {
    const { ask, tell, session } = rig();
    ask(request("tools/call", CALL));
    expect(() => tell("notifications/cancelled", '{"requestId":1,"requestId":2}')).toThrow(
      expect.objectContaining({ code: "invalid-request" }) as GatewayError,
    );
    expect(session.callsUnderWay).toBe(1);
  });

  test("is told to nobody else", async () => {
    const { tell, session, backends } = rig();
    await session.link("a");
    tell("notifications/cancelled", '{"requestId":7}');
    expect(backends.a.link.sent).toEqual([]);
  });
});

describe("another notification", () => {
  test("goes to every backend in use, to the letter", async () => {
    const { dispatch, session, backends } = rig();
    await session.link("a");
    const text = '{"jsonrpc":"2.0", "method":"notifications/roots/list_changed","x":1.0}';
    dispatch.take(session, readMessage(text));
    expect(backends.a.link.sent).toEqual([text]);
    expect(backends.b.links).toEqual([]);
  });

  test("that ends the client's handshake is the gateway's alone", async () => {
    const { tell, session, backends } = rig();
    await session.link("a");
    tell("notifications/initialized");
    expect(backends.a.link.sent).toEqual([]);
  });
});

test("a response to nothing that was asked is dropped", async () => {
  const { dispatch, session, backends } = rig();
  await session.link("a");
  dispatch.take(session, readMessage('{"jsonrpc":"2.0","id":1,"result":{}}'));
  expect(backends.a.link.sent).toEqual([]);
});

describe("before it is known whether its session lives", () => {
  test("a call is begun with its target, and goes on with what came of that alone", () => {
    const begun: string[] = [];
    const { dispatch, session, ask, calls } = rig(undefined, {
      handleAhead: (peer, _, { backend, name }) => {
        begun.push(`${String(peer === session)} ${backend} ${name}`);
        return ({ reply }) => reply.answer("from ahead");
      },
    });
    const call = request("tools/call", CALL);
    const ahead = dispatch.ahead(session, call);
    expect(begun).toEqual(["true a a_echo"]);
    expect(session.callsUnderWay).toBe(0);
    expect(ask(call, ahead).response.body).toBe("from ahead");
    expect([begun.length, calls.length]).toEqual([1, 0]);
  });

  test("limits are asked once about what the gateway answers itself", async () => {
    let asked = 0;
    const { dispatch, session, ask } = rig(undefined, {
      limiter: { decide: () => (asked++, Promise.resolve({ passes: true, addition: undefined })) },
    });
    const list = request("tools/list");
    const ahead = dispatch.ahead(session, list);
    expect(asked).toBe(1);
    const { answers } = ask(list, ahead);
    await expect.poll(() => answers).toMatchObject([{ id: 1, result: {} }]);
    expect(asked).toBe(1);
  });

  test("limits are not asked about what is unknown or malformed, is no request, or has no session here", () => {
    let asked = 0;
    const { dispatch, session } = rig(undefined, {
      handleAhead: () => (asked++, () => undefined),
      limiter: { decide: () => void asked++ },
    });
    const texts = ['{"name":"a_nope"}', "{}", '{"name":7}'];
    const requests = texts.map((params) => request("tools/call", params));
    requests.push(request("no/such"), request("tools/list", '{"cursor":"no"}'));
    for (const one of requests) expect(dispatch.ahead(session, one)).toBeUndefined();
    const told = readMessage(notificationText("notifications/initialized", undefined));
    expect(dispatch.ahead(session, told)).toBeUndefined();
    expect(dispatch.ahead(undefined, request("tools/call", CALL))).toBeUndefined();
    expect(asked).toBe(0);
  });

  test("limits are not asked about a call whose id is in use", () => {
    let asked = 0;
    const { dispatch, session, ask } = rig(undefined, {
      handleAhead: () => (asked++, () => undefined),
    });
    ask(request("tools/call", CALL));
    expect(dispatch.ahead(session, request("tools/call", CALL))).toBeUndefined();
    expect(dispatch.ahead(session, request("tools/call", CALL, "2"))).toBeDefined();
    expect(asked).toBe(1);
  });

  test("a decision that fails breaks nothing when nobody waits for it", async () => {
    const { dispatch, session } = rig(undefined, {
      limiter: { decide: () => Promise.reject(new Error("gone")) },
    });
    expect(dispatch.ahead(session, request("tools/list"))).toBeDefined();
    await new Promise(setImmediate);
  });
});
