import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { answerOf, ask, call, errorOf, InboundProbe, PROFILE } from "../../test/link-probe.ts";
import { GatewayError } from "../rpc/errors.ts";
import { memberText } from "../rpc/member-span.ts";
import { readMessage, type Message } from "../rpc/message.ts";
import { DuplexLink, type Channel } from "./duplex-link.ts";

const BROKEN = new GatewayError("backend-unavailable", "The backend b broke.");

interface Rig {
  readonly link: DuplexLink;
  readonly inbound: InboundProbe;
  readonly sent: Message[];
  readonly garbage: string[];
  /** Answers the newest request that was sent. */
  readonly answer: (result: string) => void;
}

/** A link over a channel in memory, its handshake done. */
async function rig(channel: Partial<Channel> = {}): Promise<Rig> {
  const sent: Message[] = [];
  const garbage: string[] = [];
  const inbound = new InboundProbe();
  let ready = false;
  const link = new DuplexLink({
    backend: "b",
    inbound,
    clients: "one",
    onGarbage: (reason) => garbage.push(reason),
    channel: {
      send: (text) => {
        sent.push(readMessage(text));
        return (ready && channel.send?.(text)) || Promise.resolve();
      },
      close: () => channel.close?.() ?? Promise.resolve(),
    },
  });
  const answer = (result: string): void => {
    const request = sent.findLast(({ kind }) => kind === "request");
    link.receive(`{"jsonrpc":"2.0","id":${request?.id},"result":${result}}`);
  };
  const handshake = link.handshake({ profile: PROFILE, id: '"own"', timeoutMs: 5000 });
  answer('{"protocolVersion":"2025-06-18","capabilities":{},"serverInfo":{"name":"s"}}');
  await handshake;
  sent.length = 0;
  ready = true;
  return { link, inbound, sent, garbage, answer };
}

function notification(method: string, params: unknown): string {
  return JSON.stringify({ jsonrpc: "2.0", method, params });
}

describe("a duplex link", () => {
  test("gives back any id as its asker wrote it, however the server writes it", async () => {
    const { link, sent } = await rig();
    const written = fc.oneof(
      fc.string().map((id) => JSON.stringify(id)),
      fc.string().map((id) => `"${escaped(id)}"`),
      fc.maxSafeInteger().map(String),
      fc.maxSafeInteger().map((id) => `${id}.0`),
    );
    await fc.assert(
      fc.asyncProperty(written, async (id) => {
        const asked = call(link, "echo", { id });
        const read = JSON.parse(sent.at(-1)!.id) as unknown;
        link.receive(JSON.stringify({ result: {}, id: read, jsonrpc: "2.0" }));
        expect((await answerOf(asked)).id).toBe(id);
      }),
    );
  });

  test("refuses a second request with the id of one under way, and keeps the first", async () => {
    const { link, sent, answer } = await rig();
    const first = call(link, "echo", { id: "1" });
    const second = call(link, "echo", { id: "1.0" });
    expect(await errorOf(second)).toMatchObject({ code: "invalid-request" });
    expect(sent).toHaveLength(1);
    answer("{}");
    expect((await answerOf(first)).id).toBe("1");
  });

  test("a late answer to a cancelled request is dropped, and its id is free again", async () => {
    const { link, inbound, garbage } = await rig();
    const first = call(link, "echo", { id: "1" });
    first.cancel("enough");
    link.receive('{"jsonrpc":"2.0","id":1,"result":{"late":true}}');
    const second = call(link, "echo", { id: "1" });
    link.receive('{"jsonrpc":"2.0","id":1,"result":{}}');
    await answerOf(second);
    expect(first.heard).toEqual([]);
    expect(inbound.messages).toEqual([]);
    expect(garbage).toEqual([]);
  });

  test("the cancellation follows the request, even while that is still on its way", async () => {
    const gate = Promise.withResolvers<undefined>();
    const { link, sent } = await rig({ send: () => gate.promise });
    const asked = call(link, "echo", { id: '"a"' });
    asked.cancel('so "soon"');
    expect(sent.map(({ method }) => method)).toEqual(["tools/call"]);
    gate.resolve(undefined);
    await expect.poll(() => sent.length).toBe(2);
    expect(sent[1]?.text).toBe(
      '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"a","reason":"so \\"soon\\""}}',
    );
  });

  test("a request that cannot be sent fails", async () => {
    const { link } = await rig({ send: () => Promise.reject(BROKEN) });
    expect(await errorOf(call(link, "echo"))).toBe(BROKEN);
  });

  test("answers in one array, as old revisions allow, are taken one by one", async () => {
    const { link } = await rig();
    const asked = [call(link, "echo", { id: "1" }), call(link, "echo", { id: "2" })];
    link.receive(
      '[{"jsonrpc":"2.0","id":2,"result":{"n":2.0}}, {"jsonrpc":"2.0","id":1,"result":{"n":1.0}}]',
    );
    expect(
      await Promise.all(asked.map(async (one) => memberText((await answerOf(one)).text, "result"))),
    ).toEqual(['{"n":1.0}', '{"n":2.0}']);
  });

  test("garbage is told and nothing else happens", async () => {
    const { link, inbound, garbage, answer } = await rig();
    const asked = call(link, "echo");
    for (const text of [
      "Listening!",
      "7",
      "null",
      "[]",
      '[1,{"jsonrpc":"1.0"}]',
      '{"jsonrpc":"2.0","method":"m","method":"n"}',
      '{"jsonrpc":"2.0","id":null,"error":{}}',
    ])
      link.receive(text);
    expect(garbage).toHaveLength(7);
    expect(garbage[0]).toBe('not JSON: "Listening!"');
    expect(inbound.messages).toEqual([]);
    answer("{}");
    await answerOf(asked);
  });

  test.each([
    '{"jsonrpc":"2.0","id":1,"result":{},"error":{}}',
    '{"jsonrpc":"2.0","id":1.0,"id":1,"result":{}}',
    '{"jsonrpc":"1.0","id":1,"result":{}}',
  ])("the malformed answer %s fails its request", async (text) => {
    const { link } = await rig();
    const asked = call(link, "echo", { id: "1" });
    link.receive(text);
    expect(await errorOf(asked)).toMatchObject({ code: "backend-garbage" });
  });

  test("progress that nobody waits for is dropped, but for that of a task", async () => {
    const { link, inbound, answer } = await rig();
    const plain = call(link, "echo", { token: '"plain"' });
    answer("{}");
    await answerOf(plain);
    const task = ask(link, "tools/call", { task: { ttl: 1 }, _meta: { progressToken: "task" } });
    answer('{"task":{}}');
    await answerOf(task);
    for (const progressToken of ["plain", "task", "other"])
      link.receive(notification("notifications/progress", { progressToken, progress: 1 }));
    expect(inbound.messages.map(({ text }) => memberText(text, "params", "progressToken"))).toEqual(
      ['"task"'],
    );
  });

  test("a break fails every request with its reason, and is told once", async () => {
    const { link, inbound } = await rig();
    const asked = [call(link, "a"), call(link, "b")];
    link.broke(BROKEN);
    link.broke(new GatewayError("internal", "again"));
    for (const one of asked) expect(await errorOf(one)).toBe(BROKEN);
    expect(await inbound.ended.promise).toBe(BROKEN);
    expect(await errorOf(call(link, "c"))).toBe(BROKEN);
    await expect(link.send("{}")).rejects.toBe(BROKEN);
  });

  test("a closed link hears no break", async () => {
    const { link, inbound } = await rig();
    await link.close();
    link.broke(BROKEN);
    let told = false;
    void inbound.ended.promise.then(() => (told = true));
    await Promise.resolve();
    expect(told).toBe(false);
  });

  test("a request that gives a key twice on the way to its token is refused", async () => {
    const { link, sent } = await rig();
    const asked = ask(link, "tools/call", {});
    const cancelled: unknown[] = [];
    link.request(
      {
        id: "5",
        text: '{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"_meta":{"progressToken":1,"progressToken":2}}}',
      },
      { ...noExchange, failed: (error) => cancelled.push(error.code) },
    );
    await expect.poll(() => cancelled).toEqual(["invalid-request"]);
    expect(sent).toHaveLength(1);
    asked.cancel("done");
  });
});

describe("a handshake over a duplex link", () => {
  test("fails in time when the server says nothing, and ends the channel", async () => {
    let closed = 0;
    const link = new DuplexLink({
      backend: "b",
      inbound: new InboundProbe(),
      clients: "one",
      onGarbage: () => undefined,
      channel: { send: () => Promise.resolve(), close: () => Promise.resolve(void closed++) },
    });
    await expect(
      link.handshake({ profile: PROFILE, id: '"own"', timeoutMs: 5 }),
    ).rejects.toMatchObject({
      code: "backend-timeout",
      message: "The backend b did not finish its handshake within 5 ms.",
    });
    expect(closed).toBe(1);
  });
});

const noExchange = {
  interim: () => undefined,
  streaming: () => undefined,
  interrupted: () => undefined,
  answer: () => undefined,
  largeAnswer: () => ({ write: () => undefined, end: () => undefined, abort: () => undefined }),
};

/** Every character as JSON may escape it. */
function escaped(text: string): string {
  return text.replaceAll(
    /[^]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
