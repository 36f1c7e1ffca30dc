import { afterEach, describe, expect, test } from "vitest";
import {
  answerOf,
  call,
  errorOf,
  InboundProbe,
  PROFILE,
  type Asked,
} from "../../test/link-probe.ts";
import { event, RESULT, startRaw, type Arrived, type RawBackend } from "../../test/raw-backend.ts";
import { memberText } from "../rpc/member-span.ts";
import { answerOnly } from "./answer-only.ts";
import type { HttpBackendOptions } from "./http.ts";
import type { Link } from "./port.ts";

const CALL = "tools/call";
const PROGRESS =
  '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}';

let raw: RawBackend | undefined;

afterEach(async () => {
  await raw?.close();
  raw = undefined;
});

interface Rig {
  readonly raw: RawBackend;
  readonly link: Link;
  readonly inbound: InboundProbe;
  /** Calls a tool under the id 1. */
  readonly ask: (interim?: Parameters<typeof call>[2]) => Asked;
}

/** A link to a server that answers calls, and streams that are resumed, as `answer` says. */
async function rig(
  answer: (arrived: Arrived, nth: number) => void,
  options: Partial<HttpBackendOptions> = {},
): Promise<Rig> {
  let count = 0;
  const started = await startRaw((arrived) => {
    const asked =
      arrived.rpc === CALL || (arrived.method === "GET" && "last-event-id" in arrived.headers);
    if (!asked) return false;
    return answer(arrived, ++count);
  }, options);
  raw = started;
  const inbound = new InboundProbe();
  const link = await started.backend.open(PROFILE, inbound);
  return { raw: started, link, inbound, ask: (more) => call(link, "x", { id: "1", ...more }) };
}

describe("an answer", () => {
  test.each(["1", "1.0", "1e0"])(
    "with its id written %s has the asker's writing",
    async (theirs) => {
      const { ask } = await rig((arrived) =>
        arrived.json(RESULT.replace('"id":1', `"id":${theirs}`)),
      );
      expect((await answerOf(ask())).text).toBe(RESULT);
    },
  );

  test.each(["application/json; charset=utf-8", "Application/JSON"])("may be %s", async (type) => {
    const { ask } = await rig((arrived) => arrived.json(RESULT, 200, { "content-type": type }));
    expect((await answerOf(ask())).text).toBe(RESULT);
  });

  test("may stand in a batch, whose other messages come before it", async () => {
    const { ask } = await rig((arrived) => arrived.json(`[${RESULT},${PROGRESS}]`));
    const asked = ask();
    await answerOf(asked);
    expect(asked.heard).toEqual([PROGRESS, RESULT]);
  });

  test("may be one event among others, after an answer to somebody else", async () => {
    const other = RESULT.replace('"id":1', '"id":"1"');
    const { ask } = await rig((arrived) =>
      arrived.events(event("") + event(PROGRESS) + event(other) + event(RESULT) + event(PROGRESS)),
    );
    const asked = ask();
    await answerOf(asked);
    expect(asked.heard).toEqual([PROGRESS, RESULT]);
  });

  test("may be an error with any HTTP status", async () => {
    const error =
      '{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"session_id?","data":{"n":1.0}}}';
    const { raw: server, ask } = await rig((arrived) => arrived.json(error, 400));
    expect((await answerOf(ask())).text).toBe(error);
    expect(server.of("initialize")).toHaveLength(1);
  });

  test("that never ends a stream does not keep it", async () => {
    const { raw: server, ask } = await rig((arrived) => arrived.events(event(RESULT)));
    await answerOf(ask());
    const { response } = await server.nth(CALL, 1);
    await expect.poll(() => response.destroyed, { timeout: 5_000 }).toBe(true);
  });
});

describe("no answer is", () => {
  test.each<[string, (arrived: Arrived) => void, string]>([
    ["202", ({ response }) => response.writeHead(202).end(), "answered with HTTP 202"],
    ["204", ({ response }) => response.writeHead(204).end(), "answered with HTTP 204"],
    [
      "a redirect",
      ({ response }) => response.writeHead(307, { location: "http://127.0.0.1:1/" }).end(),
      "answered with HTTP 307",
    ],
    [
      "a refusal",
      ({ response }) => response.writeHead(401).end("no"),
      "refused the gateway's credentials with HTTP 401",
    ],
    [
      "a page",
      ({ response }) => response.writeHead(200, { "content-type": "text/html" }).end("<b>"),
      'sent an answer of the type "text/html"',
    ],
    [
      "nothing",
      ({ response }) => response.writeHead(200).end(),
      'sent an answer of the type "(none)"',
    ],
    [
      "a compressed one",
      (arrived) => arrived.json("x", 200, { "content-encoding": "gzip" }),
      "sent a compressed answer, which was not asked for",
    ],
    [
      "no message",
      (arrived) => arrived.json("{}"),
      "sent something that is not a JSON-RPC message",
    ],
    [
      "another's",
      (arrived) => arrived.json(RESULT.replace('"id":1', '"id":2')),
      "sent something that is not the answer to this request",
    ],
    [
      "a broken event",
      (arrived) => arrived.events(event('{"id":1,"result":{}}')),
      "sent an answer that is no valid JSON-RPC message",
    ],
    [
      "a stream that ends",
      ({ response }) => response.writeHead(200, { "content-type": "text/event-stream" }).end(),
      "closed the connection before it answered",
    ],
    [
      "a cut connection",
      ({ response }) => response.destroy(),
      "closed the connection before it answered",
    ],
  ])("%s", async (_, answer, what) => {
    const { raw: server, ask } = await rig(answer);
    const error = await errorOf(ask());
    expect(error.message).toBe(`The backend raw ${what}.`);
    expect(JSON.stringify(error.data ?? {})).not.toContain("127.0.0.1");
    expect(server.of(CALL)).toHaveLength(1);
  });

  test("a refusal without an end", async () => {
    const { ask } = await rig(
      ({ response }) => void response.writeHead(500).write("x".repeat(9_000)),
    );
    expect(await errorOf(ask())).toMatchObject({
      message: "The backend raw answered with HTTP 500.",
    });
  });

  test("one event over the limit", async () => {
    const { ask } = await rig((arrived) => arrived.events(`data: ${"x".repeat(20_000)}`), {
      maxAnswerBytes: 10_000,
    });
    expect(await errorOf(ask())).toMatchObject({ code: "result-too-large" });
  });
});

test("a stream may go on for longer than any one answer", async () => {
  const { ask } = await rig(
    (arrived) => arrived.events(event(PROGRESS).repeat(500) + event(RESULT)),
    { maxAnswerBytes: 10_000 },
  );
  const asked = ask();
  await answerOf(asked);
  expect(asked.heard).toHaveLength(501);
});

describe("a session that the backend forgot", () => {
  test.each([404, 400])(
    "with HTTP %s is opened again once, and the call repeated in it",
    async (status) => {
      const {
        raw: server,
        ask,
        inbound,
      } = await rig((arrived) => {
        if (arrived.headers["mcp-session-id"] === "s2") arrived.json(RESULT);
        else arrived.json('{"error":{"code":-32000,"message":"no session"}}', status);
      });
      expect((await answerOf(ask())).text).toBe(RESULT);
      expect(
        server.of("notifications/initialized").map(({ headers }) => headers["mcp-session-id"]),
      ).toEqual(["s1", "s2"]);
      expect(server.of(CALL).map(({ text }) => memberText(text, "id"))).toEqual(["1", "1"]);
      expect(inbound.timesReopened).toBe(1);
    },
  );

  test("is opened once for all calls that notice", async () => {
    const { raw: server, link } = await rig((arrived) => {
      const id = memberText(arrived.text, "id") ?? "";
      if (arrived.headers["mcp-session-id"] === "s2")
        arrived.json(RESULT.replace('"id":1', `"id":${id}`));
      else arrived.json("", 404);
    });
    await Promise.all(Array.from({ length: 10 }, () => answerOf(call(link, "x"))));
    expect(server.of("initialize")).toHaveLength(2);
  });

  test("and forgets again fails the call", async () => {
    const { raw: server, ask } = await rig((arrived) => arrived.json("", 404));
    expect(await errorOf(ask())).toMatchObject({ code: "backend-lost-session" });
    expect(server.of(CALL)).toHaveLength(2);
  });

  test("and cannot be opened fails the call with why", async () => {
    let opened = 0;
    const started = await startRaw((arrived) => {
      if (arrived.rpc === CALL) return arrived.json("", 404);
      if (arrived.rpc !== "initialize" || ++opened === 1) return false;
      return arrived.json("", 503);
    });
    raw = started;
    const link = await started.backend.open(PROFILE, new InboundProbe());
    expect(await errorOf(call(link, "x"))).toMatchObject({
      message: "The backend raw answered with HTTP 503.",
    });
  });

  test("is not opened for a notification: it is of no use in the next one", async () => {
    const started = await startRaw((arrived) =>
      arrived.rpc === "notifications/x" ? arrived.json("", 404) : false,
    );
    raw = started;
    const link = await started.backend.open(PROFILE, new InboundProbe());
    await expect(link.send('{"jsonrpc":"2.0","method":"notifications/x"}')).rejects.toMatchObject({
      code: "backend-unavailable",
    });
    expect(started.of("initialize")).toHaveLength(1);
  });
});

describe("a stream that breaks off", () => {
  const begun = (id: string): string => `retry: 10\n${event("", id)}`;

  test("is taken up after its last event, and the call is not sent again", async () => {
    const { raw: server, ask } = await rig((arrived, nth) => {
      arrived.events(nth === 1 ? begun("e1") + event(PROGRESS, "e2") : event(RESULT, "e3"));
      arrived.response.end();
    });
    const asked = ask();
    await answerOf(asked);
    expect(asked.heard).toEqual([PROGRESS, RESULT]);
    expect(server.of(CALL)).toHaveLength(1);
    const resumed = server.of("GET").map(({ headers }) => headers);
    expect(resumed).toMatchObject([{ "last-event-id": "e2", "mcp-session-id": "s1" }]);
  });

  test("is taken up five times, and then the call fails", async () => {
    const { raw: server, ask } = await rig((arrived, nth) => {
      arrived.events(nth === 1 ? begun("e1") : "retry: 10\n\n");
      arrived.response.end();
    });
    expect(await errorOf(ask())).toMatchObject({ code: "backend-unavailable" });
    expect(server.of("GET")).toHaveLength(5);
    expect(server.of(CALL)).toHaveLength(1);
  });

  test("is taken up as often as it brings something new", async () => {
    const { raw: server, ask } = await rig((arrived, nth) => {
      arrived.events(nth <= 12 ? begun(`e${nth}`) : event(RESULT));
      arrived.response.end();
    });
    await answerOf(ask());
    expect(server.of("GET").map(({ headers }) => headers["last-event-id"])).toEqual(
      Array.from({ length: 12 }, (_, n) => `e${n + 1}`),
    );
  });

  test.each([404, 400, 405, 500])(
    "and is answered with HTTP %s is lost: the call may have run, so it is not sent again",
    async (status) => {
      const { raw: server, ask } = await rig((arrived, nth) => {
        if (nth === 1) {
          arrived.events(begun("e1"));
          arrived.response.end();
        } else arrived.json("no session", status);
      });
      expect(await errorOf(ask())).toMatchObject({
        message: "The backend raw closed the connection before it answered.",
      });
      expect(server.of(CALL)).toHaveLength(1);
      expect(server.of("initialize")).toHaveLength(1);
    },
  );

  test("with an id that was taken back is not", async () => {
    const { raw: server, ask } = await rig((arrived) => {
      arrived.events(begun("e1") + "id:\ndata:\n\n");
      arrived.response.end();
    });
    await errorOf(ask());
    expect(server.of("GET")).toHaveLength(0);
  });
});

describe("a call that was cancelled", () => {
  test("is cancelled at the backend before its connection is cut", async () => {
    const { raw: server, ask } = await rig((arrived) => arrived.events(event("")));
    const asked = ask();
    const { response } = await server.nth(CALL, 1);
    asked.cancel("enough");
    const told = await server.nth("notifications/cancelled", 1);
    expect(memberText(told.text, "params")).toBe('{"requestId":1,"reason":"enough"}');
    await expect.poll(() => response.destroyed).toBe(true);
  });

  test("gets nothing that comes after, however large", async () => {
    const { raw: server, link } = await rig(() => undefined);
    const heard: string[] = [];
    const note = (what: string) => (): never => {
      heard.push(what);
      throw new Error("it was cancelled");
    };
    const cancel = link.request(
      { id: "1", text: RESULT.replace('"result":{"n":1.0}', `"method":"${CALL}"`) },
      {
        interim: note("interim"),
        streaming: note("streaming"),
        interrupted: note("interrupted"),
        answer: note("answer"),
        largeAnswer: note("large"),
        failed: note("failed"),
      },
    );
    const { response } = await server.nth(CALL, 1);
    cancel("enough");
    response.writeHead(200, { "content-type": "application/json" });
    response.end(`{"jsonrpc":"2.0","id":1,"result":{"x":"${"x".repeat(200_000)}"}}`);
    await server.nth("notifications/cancelled", 1);
    await link.close();
    expect(heard).toEqual([]);
  });
});

describe("when all sockets for calls are taken", () => {
  test("the client's answers, cancellations, new sessions and the gateway's own requests do not wait", async () => {
    const {
      raw: server,
      link,
      ask,
    } = await rig(
      (arrived) =>
        arrived.text.includes('"own"') ? arrived.json(RESULT.replace("1,", '"own",')) : undefined,
      { maxConnections: 1 },
    );
    const asked = ask();
    await server.nth(CALL, 1);
    await link.send('{"jsonrpc":"2.0","id":0,"result":{}}');
    await server.backend.open(PROFILE, new InboundProbe());
    const answered = Promise.withResolvers<string>();
    link.request(
      { id: '"own"', text: `{"jsonrpc":"2.0","id":"own","method":"${CALL}"}`, own: true },
      answerOnly(answered.resolve, answered.reject),
    );
    expect(await answered.promise).toContain('"id":"own"');
    asked.cancel("enough");
    await server.nth("notifications/cancelled", 1);
    expect(asked.heard).toEqual([]);
  });
});

test("calls wait for a socket in the order in which they came, and no more sockets are open than may be", async () => {
  const { raw: server, link } = await rig(() => undefined, { maxConnections: 2 });
  const ids = ["0", "1", "2", "3", "4", "5"];
  const asked = ids.map((id) => call(link, "x", { id }));
  for (const [count, id] of ids.entries()) {
    const arrived = await server.nth(CALL, count + 1);
    expect(server.of(CALL).length).toBeLessThanOrEqual(count + 2);
    // The next socket is free once this one is: whoever has waited longest takes it.
    arrived.json(RESULT.replace('"id":1', `"id":${id}`));
    expect(await asked[count]!.end).toHaveProperty("answer");
  }
  const order = server.of(CALL).map(({ text }) => (JSON.parse(text) as { id: number }).id);
  expect(order.map(String)).toEqual(ids);
});

test("a call for which no place to wait is left fails at once, and leaves its place to the next", async () => {
  const { raw: server, ask } = await rig(() => undefined, { maxConnections: 1, maxWaiting: 1 });
  const [sent, waiting] = [ask(), ask()];
  const first = await server.nth(CALL, 1);
  expect(await errorOf(ask())).toMatchObject({ code: "too-many-calls" });
  first.json(RESULT);
  await sent.end;
  const next = ask();
  (await server.nth(CALL, 2)).json(RESULT);
  (await server.nth(CALL, 3)).json(RESULT);
  await Promise.all([waiting.end, next.end]);
});

test("a request that cannot be sent fails after its asker has the means to cancel it", async () => {
  const { raw: server, link } = await rig(() => undefined);
  await server.backend.close();
  const asked = ((): Asked => call(link, "x"))();
  let failed = false;
  void asked.end.then(() => (failed = true));
  expect(failed).toBe(false);
  expect(await errorOf(asked)).toMatchObject({ code: "backend-unavailable" });
});
