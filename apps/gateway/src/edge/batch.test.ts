import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  eventsOf,
  initializeText,
  startEndpoint,
  type EndpointRig,
} from "../../test/endpoint-rig.ts";

let rig: EndpointRig;
let session: Record<string, string>;

beforeEach(async () => {
  rig = await startEndpoint();
  session = await rig.open("2025-03-26");
});

afterEach(() => rig.close());

function call(id: string): string {
  return `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"a_echo"}}`;
}

function cancelled(id: string): string {
  return `{"jsonrpc":"2.0","method":"notifications/cancelled","params":${id}}`;
}

interface Answer {
  readonly id?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number };
}

async function sent(...texts: string[]): Promise<Response> {
  const response = await rig.post(`[${texts.join(",")}]`, session);
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  return response;
}

/** Answers so many calls, which have come to the backend `a`, the newest first. */
async function answerCalls(count: number): Promise<void> {
  await expect.poll(() => rig.backends.a.links.at(-1)?.requests.length).toBe(count);
  for (const { id, exchange } of rig.backends.a.link.requests.toReversed())
    exchange.answer(`{"jsonrpc":"2.0","id":${id},"result":{}}`);
}

async function answersIn(response: Response): Promise<Answer[]> {
  return (await eventsOf(response)).map((text) => JSON.parse(text) as Answer);
}

const PING = '{"jsonrpc":"2.0","id":"p","method":"ping"}';

describe("a batch", () => {
  test("gets each answer as it comes, and its stream ends with the last", async () => {
    const response = await sent(call("1"), PING, call("2"));
    await answerCalls(2);
    const answers = await answersIn(response);
    expect(answers.map(({ id }) => id)).toEqual(["p", 2, 1]);
  });

  test("with an id twice refuses the second, and the first is answered", async () => {
    const response = await sent(call("1"), call("1.0"), PING);
    await answerCalls(1);
    expect(await answersIn(response)).toMatchObject([
      { id: 1, error: { code: -32_600 } },
      { id: "p", result: {} },
      { id: 1, result: {} },
    ]);
  });

  test("answers what is no message too, under its id where it has one, and the rest all the same", async () => {
    const response = await sent(
      "7",
      '{"jsonrpc":"2.0","id":3}',
      initializeText("2025-03-26"),
      '{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"a","name":"b"}}',
      PING,
    );
    const answers = await answersIn(response);
    expect(answers.map(({ id, error }) => [id, error?.code])).toEqual([
      [undefined, -32_600],
      [3, -32_600],
      [0, -32_600],
      [4, -32_600],
      ["p", undefined],
    ]);
    expect(rig.sessions.size).toBe(1);
  });

  test("of notifications and responses alone gets 202", async () => {
    const texts = [cancelled('{"requestId":1}'), '{"jsonrpc":"2.0","id":1,"result":{}}'];
    const response = await rig.post(`[${texts.join(",")}]`, session);
    expect([response.status, await response.text()]).toEqual([202, ""]);
    expect(rig.exchanges).toEqual([["POST", 202]]);
  });

  test.each([[[]], [[PING]]])(
    "with a notification that says two things at once loses nothing else: %j",
    async (rest) => {
      const both = [cancelled('{"requestId":1,"requestId":2}'), ...rest];
      const response = await rig.post(`[${both.join(",")}]`, session);
      expect(response.status).toBe(rest.length === 0 ? 202 : 200);
      expect(await eventsOf(response)).toHaveLength(rest.length);
    },
  );

  test("ends when its last call was cancelled, which gets no answer", async () => {
    const response = await rig.post(`[${call("1")},${PING}]`, session);
    await expect.poll(() => rig.backends.a.links.at(-1)?.requests.length).toBe(1);
    await rig.post(cancelled('{"requestId":1,"reason":"enough"}'), session);
    expect(await eventsOf(response)).toEqual(['{"jsonrpc":"2.0","id":"p","result":{}}']);
    expect(rig.backends.a.link.last.cancelled).toBe("enough");
  });

  test("can cancel a call of its own", async () => {
    const answers = await answersIn(await sent(call("1"), cancelled('{"requestId":1}'), PING));
    expect(answers.map(({ id }) => id)).toEqual(["p"]);
  });

  test("for a client that takes no event streams is refused, and nothing of it is run", async () => {
    const headers = { ...session, accept: "application/json" };
    expect((await rig.post(`[${call("1")}]`, headers)).status).toBe(406);
    expect(rig.backends.a.links).toEqual([]);
    expect((await rig.post(`[${cancelled("{}")}]`, headers)).status).toBe(202);
  });

  test.each([
    ["empty", "[]"],
    ["too long", `[${Array.from({ length: 6 }, () => PING).join(",")}]`],
  ])("that is %s is refused whole", async (_, text) => {
    expect((await rig.post(text, session)).status).toBe(400);
  });

  test.each(["2025-06-18", "2025-11-25"])("is none under %s", async (version) => {
    expect((await rig.post(`[${PING}]`, await rig.open(version))).status).toBe(400);
  });
});
