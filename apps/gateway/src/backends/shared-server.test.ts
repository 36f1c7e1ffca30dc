import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  answerOf,
  ask,
  call,
  errorOf,
  InboundProbe,
  PROFILE,
  resultOf,
  stateOf,
  type Asked,
} from "../../test/link-probe.ts";
import { scriptedStdio, type ScriptedStdio } from "../../test/scripted-stdio.ts";
import { memberText } from "../rpc/member-span.ts";
import type { Link } from "./port.ts";

interface Member {
  readonly link: Link;
  readonly inbound: InboundProbe;
}

let one: ScriptedStdio;
let first: Member;
let second: Member;

beforeEach(async () => {
  one = scriptedStdio([], { scope: "shared" });
  [first, second] = await Promise.all([join(), join()]);
});

afterEach(() => one.backend.close());

async function join(): Promise<Member> {
  const inbound = new InboundProbe();
  return { link: await one.backend.open(PROFILE, inbound), inbound };
}

function subscribe({ link }: Member, uri: string): Asked {
  return ask(link, "resources/subscribe", { uri });
}

function unsubscribe({ link }: Member, uri: string): Asked {
  return ask(link, "resources/unsubscribe", { uri });
}

/** What a member heard on inbound after all before it is through. */
async function heardBy({ link, inbound }: Member): Promise<string[]> {
  await stateOf(link);
  return inbound.messages.map(({ method }) => method);
}

/** The levels of the log lines that a member got. */
function levels({ inbound }: Member): unknown {
  return inbound.messages.map(({ text }) => memberText(text, "params", "level"));
}

describe("a shared server", () => {
  test("is one child for all, which is told no client capabilities", async () => {
    const [a, b] = await Promise.all([stateOf(first.link), stateOf(second.link)]);
    expect(a.pid).toBe(b.pid);
    expect(a.initialized).toHaveLength(1);
    expect(JSON.parse(a.initialized[0]!)).toMatchObject({
      capabilities: {},
      clientInfo: { name: "headgate" },
    });
  });

  test("gets one subscription taken back only when the last member leaves it", async () => {
    await Promise.all([subscribe(first, "test://a"), subscribe(second, "test://a")].map(answerOf));
    expect(await resultOf(unsubscribe(first, "test://a"))).toEqual({});
    expect((await stateOf(first.link)).subscribed).toEqual(["+test://a", "+test://a"]);
    await answerOf(unsubscribe(second, "test://a"));
    expect((await stateOf(first.link)).subscribed.at(-1)).toBe("-test://a");
  });

  test("keeps a subscription that one takes back while another is still being made", async () => {
    await answerOf(subscribe(first, "test://a"));
    await Promise.all(
      [subscribe(second, "test://a"), unsubscribe(first, "test://a")].map(answerOf),
    );
    expect((await stateOf(first.link)).subscribed).toEqual(["+test://a", "+test://a"]);
  });

  test("is told of the subscriptions that a closed link leaves behind", async () => {
    await Promise.all(
      [
        subscribe(first, "test://a"),
        subscribe(first, "test://b"),
        subscribe(second, "test://b"),
      ].map(answerOf),
    );
    await first.link.close();
    expect((await stateOf(second.link)).subscribed.slice(3)).toEqual(["-test://a"]);
  });

  test("a refused subscription is none", async () => {
    expect((await answerOf(subscribe(first, "test://refused"))).failed).toBe(true);
    await answerOf(call(second.link, "touch", { arguments: { uri: "test://refused" } }));
    expect(await heardBy(first)).toEqual([]);
  });

  test("news of a resource go to its subscribers, also when it stands below theirs", async () => {
    await answerOf(subscribe(first, "test://a"));
    await answerOf(call(second.link, "touch", { arguments: { uri: "test://a/b" } }));
    await answerOf(call(second.link, "touch", { arguments: { uri: "test://c" } }));
    expect(await heardBy(first)).toEqual(["notifications/resources/updated"]);
    expect(await heardBy(second)).toEqual([]);
  });

  test("changes of its lists go to all", async () => {
    await answerOf(call(first.link, "announce"));
    expect(await heardBy(first)).toEqual(["notifications/tools/list_changed"]);
    expect(await heardBy(second)).toEqual(["notifications/tools/list_changed"]);
  });

  test("logs at the chattiest level, and each member gets its own", async () => {
    await answerOf(ask(first.link, "logging/setLevel", { level: "debug" }));
    await answerOf(ask(second.link, "logging/setLevel", { level: "error" }));
    expect((await stateOf(first.link)).level).toBe("debug");
    await answerOf(call(second.link, "log", { arguments: { level: "info" } }));
    await answerOf(call(second.link, "log", { arguments: { level: "alert" } }));
    expect(levels(first)).toEqual(['"info"', '"alert"']);
    expect(levels(second)).toEqual(['"alert"']);
  });

  test("is refused what it asks of a client", async () => {
    const { response } = await resultOf<{ response: string }>(call(first.link, "ask"));
    expect(JSON.parse(response)).toMatchObject({ id: 0, error: { code: -32601 } });
    expect([...(await heardBy(first)), ...(await heardBy(second))]).toEqual([]);
  });

  test("a cancellation that one member writes itself ends its own request, not the other's of that id", async () => {
    const [mine, theirs] = [first, second].map(({ link }) => call(link, "hold", { id: "7" })) as [
      Asked,
      Asked,
    ];
    await first.link.send(
      '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7.0,"reason":"no"}}',
    );
    await expect.poll(async () => (await stateOf(first.link)).cancelled).toHaveLength(1);
    await answerOf(call(second.link, "release"));
    expect((await answerOf(theirs)).id).toBe("7");
    expect(mine.heard).toEqual([]);
  });

  test("hears nothing from members that only a client of its own could say", async () => {
    await first.link.send('{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}');
    await first.link.send('{"jsonrpc":"2.0","id":0,"result":{}}');
    expect((await stateOf(first.link)).responses).toEqual([]);
  });

  test("a closed link cancels what it had under way", async () => {
    const asked = call(first.link, "hold");
    await first.link.close();
    expect(await errorOf(asked)).toMatchObject({ code: "backend-unavailable" });
    await expect.poll(async () => (await stateOf(second.link)).cancelled).toHaveLength(1);
  });

  test("when it dies every member is told, and the next one gets a new one", async () => {
    const { pid } = await stateOf(first.link);
    const asked = call(second.link, "hold");
    call(first.link, "die");
    await Promise.all([first.inbound.ended.promise, second.inbound.ended.promise]);
    expect(await errorOf(asked)).toMatchObject({ code: "backend-unavailable" });
    await expect(join()).rejects.toThrow("failed when it was last started");
    one.passMs(1001);
    const [third, fourth] = await Promise.all([join(), join()]);
    const [a, b] = await Promise.all([stateOf(third.link), stateOf(fourth.link)]);
    expect(a.pid).toBe(b.pid);
    expect(a.pid).not.toBe(pid);
  });
});
