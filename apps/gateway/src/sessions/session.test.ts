import { expect, onTestFinished, test, vi } from "vitest";
import type { FakeLink } from "../backends/backend.fixture.ts";
import { GatewayError } from "../rpc/errors.ts";
import { readMessage, type Message } from "../rpc/message.ts";
import { notificationText, requestText } from "../rpc/reply.ts";
import { FakeResponse } from "./response.fixture.ts";
import { contextOf, sessionOf } from "./session.fixture.ts";
import type { Session } from "./session.ts";

function listen(session: Session): FakeResponse {
  const response = new FakeResponse();
  session.streams.standalone.attach(response.asResponse);
  session.listen(true);
  return response;
}

/** A call under way that notes how it was ended. */
function call(): {
  ends: string[];
  cancel(reason: string): void;
  giveUp(error: GatewayError): void;
} {
  const ends: string[] = [];
  return {
    ends,
    cancel: (reason) => void ends.push(`cancelled: ${reason}`),
    giveUp: ({ message }) => void ends.push(`given up: ${message}`),
  };
}

function answerTo(text: string, result: string) {
  const { id } = JSON.parse(text) as { id: unknown };
  return readMessage(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`);
}

test("an idle session has no link, no stream and no event", () => {
  const { a, context } = contextOf();
  const session = sessionOf(context);
  expect(session.openedStreams).toBeUndefined();
  expect([...session.openLinks]).toEqual([]);
  session.listen(false);
  session.closeIdleLinks(0);
  expect(a.opened).toBe(0);
});

test("a second call under an id that is in use is refused, and the id is free again afterwards", () => {
  const session = sessionOf(contextOf().context);
  session.begin("n1", call());
  session.begin("s1", call());
  expect(() => session.begin("n1", call())).toThrow("still under way");
  expect(session.callsUnderWay).toBe(2);
  session.finish("n1");
  session.begin("n1", call());
});

test("a cancellation reaches its call alone, and none that is over", () => {
  const session = sessionOf(contextOf().context);
  const [one, other] = [call(), call()];
  session.begin("n1", one);
  session.begin("n2", other);
  session.cancelled(wish(1));
  session.cancelled(wish(9));
  session.finish("n2");
  session.cancelled(wish(2));
  expect(one.ends).toEqual(["cancelled: enough"]);
  expect(other.ends).toEqual([]);
});

test("a request of a backend is asked under an id of the gateway's, and answered under its own", async () => {
  const { a, told, context } = contextOf();
  const session = sessionOf(context);
  const stream = listen(session);
  await session.link("a");
  a.link.says(requestText("0", "roots/list", "{}"));
  const [shown = ""] = stream.texts;
  expect(session.answered(answerTo(shown, '{"roots":[]}'))).toBe(true);
  expect(a.link.sent).toEqual(['{"jsonrpc":"2.0","id":0,"result":{"roots":[]}}']);
  expect(session.answered(answerTo(shown, '{"roots":[]}'))).toBe(false);
  expect(told.asked).toEqual(["a roots/list forwarded"]);
});

test("a ping of a backend is the gateway's to answer", async () => {
  const { a, context } = contextOf();
  const session = sessionOf(context);
  const stream = listen(session);
  await session.link("a");
  a.link.says(requestText("5", "ping", "{}"));
  expect(a.link.sent).toEqual(['{"jsonrpc":"2.0","id":5,"result":{}}']);
  expect(stream.texts).toEqual([]);
});

test("a backend that asks too much is refused, and others hear nothing of it", async () => {
  const { a, told, context } = contextOf();
  const session = sessionOf(context);
  await session.link("a");
  for (let n = 0; n < 257; n++) a.link.says(requestText(`${n}`, "roots/list", "{}"));
  expect(a.link.sent).toHaveLength(1);
  expect(JSON.parse(a.link.sent[0] ?? "")).toMatchObject({ id: 256, error: { code: -32_603 } });
  expect(told.asked.at(-1)).toBe("a roots/list refused");
});

test("what a dead link asked is nobody's any more", async () => {
  const { a, context } = contextOf();
  const session = sessionOf(context);
  const stream = listen(session);
  await session.link("a");
  a.link.says(requestText("0", "roots/list", "{}"));
  a.link.dies();
  expect(session.answered(answerTo(stream.texts[0] ?? "", "{}"))).toBe(false);
});

test("news of a list go to the catalogue and not to the client", async () => {
  const { a, told, context } = contextOf();
  const session = sessionOf(context);
  const stream = listen(session);
  await session.link("a");
  a.link.changed();
  a.link.says(notificationText("notifications/message", '{"level":"info","data":"x"}'));
  expect(told.changed).toEqual(["class a"]);
  expect(stream.texts).toEqual([
    '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}}',
  ]);
});

test("a process of its own is read by the session itself, one for all never", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { a, b, context } = contextOf();
  a.lists("mine").scope = "session";
  b.lists("ours").scope = "shared";
  const session = sessionOf(context);
  await session.link("a");
  await session.link("b");
  a.link.changed();
  b.link.changed();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(a.link.gotOf("tools/list")).toHaveLength(1);
  expect(b.link.got).toEqual([]);
});

test("a change is announced once until the client hears of it", () => {
  const session = sessionOf(contextOf().context);
  for (let n = 0; n < 500; n++) session.announce(["resources", "resourceTemplates"]);
  expect(session.openedStreams?.keptEvents).toBe(1);
  expect(listen(session).texts).toEqual([notificationText("notifications/resources/list_changed")]);
});

test("the log level goes to linked backends that log, and to those linked later before anything else", async () => {
  const { a, b, context } = contextOf();
  a.capabilities = { logging: {} };
  b.capabilities = { logging: {} };
  const session = sessionOf(context);
  await session.link("a");
  await session.setLogLevel("warning");
  await session.link("b");
  for (const backend of [a, b])
    expect(backend.link.gotOf("logging/setLevel").map(({ params }) => params)).toEqual([
      { level: "warning" },
    ]);
});

test("a backend that does not log is not told a level", async () => {
  const { a, context } = contextOf();
  const session = sessionOf(context);
  await session.link("a");
  await session.setLogLevel("error");
  expect(a.link.got).toEqual([]);
});

test("a backend that refuses the level or dies over it does not fail the client", async () => {
  const { a, context } = contextOf();
  a.capabilities = { logging: {} };
  a.reactions.set("logging/setLevel", { failed: new GatewayError("backend-timeout", "late") });
  const session = sessionOf(context);
  await session.link("a");
  await expect(session.setLogLevel("error")).resolves.toBeUndefined();
});

test("a level that is set while a link hears of the last one reaches it as well", async () => {
  const { a, context } = contextOf();
  a.capabilities = { logging: {} };
  a.reactions.set("logging/setLevel", "silence");
  const session = sessionOf(context);
  await session.setLogLevel("debug");
  const linking = session.link("a");
  await expect.poll(() => a.links.at(-1)?.got.length).toBe(1);
  await session.setLogLevel("error");
  a.reactions.set("logging/setLevel", { result: {} });
  const [first] = a.link.got;
  first?.exchange.answer(`{"jsonrpc":"2.0","id":${first.message.id},"result":{}}`);
  await linking;
  expect(a.link.got.map(({ params }) => params["level"])).toEqual(["debug", "error"]);
});

test("after a backend forgot the session it hears level and subscriptions again, and only its own", async () => {
  const { a, b, context } = contextOf();
  a.capabilities = { logging: {} };
  const session = sessionOf(context);
  await session.link("a");
  await session.link("b");
  await session.setLogLevel("info");
  session.subscribed("a://1", "a");
  session.subscribed("a://2", "a");
  session.subscribed("b://1", "b");
  session.unsubscribed("a://2");
  const before = a.link.got.length;
  await a.link.inbound.reopened();
  const again = a.link.got.slice(before);
  expect(again.map(({ message, params }) => [message.method, params])).toEqual([
    ["logging/setLevel", { level: "info" }],
    ["resources/subscribe", { uri: "a://1" }],
  ]);
  expect(b.link.got).toEqual([]);
});

test("a thousand subscriptions are made again, and of more the newest", async () => {
  const { a, context } = contextOf();
  const session = sessionOf(context);
  for (let n = 0; n < 1_001; n++) session.subscribed(`a://${n}`, "a");
  await session.link("a");
  const uris = a.link.gotOf("resources/subscribe").map(({ params }) => params["uri"]);
  expect(uris).toHaveLength(1_000);
  expect(uris).not.toContain("a://0");
});

test("backends keep a standing stream while the client has one, also when they are linked meanwhile", async () => {
  const { a, b, context } = contextOf();
  const session = sessionOf(context);
  await session.link("a");
  expect(a.link.listening).toBe(false);
  listen(session);
  await session.link("b");
  expect([a.link.listening, b.link.listening]).toEqual([true, true]);
  session.listen(false);
  expect([a.link.listening, b.link.listening]).toEqual([false, false]);
});

test("a stream that the client opens while a link is told its level counts for the link", async () => {
  const { a, context } = contextOf();
  a.capabilities = { logging: {} };
  a.reactions.set("logging/setLevel", "silence");
  const session = sessionOf(context);
  await session.setLogLevel("debug");
  const linking = session.link("a");
  await expect.poll(() => a.links.at(-1)?.got.length).toBe(1);
  listen(session);
  const [told] = a.link.got;
  told?.exchange.answer(`{"jsonrpc":"2.0","id":${told.message.id},"result":{}}`);
  await linking;
  expect(a.link.listening).toBe(true);
});

test("headers that a request passes through reach links that are open and links to come", async () => {
  const { a, b, context } = contextOf();
  const session = sessionOf(context, { headers: { authorization: "Bearer 1" } });
  await session.link("a");
  session.passHeaders({ authorization: "Bearer 2" });
  await session.link("b");
  expect(a.link.headers).toEqual({ authorization: "Bearer 2" });
  expect(b.link.headers).toEqual({ authorization: "Bearer 2" });
});

test("notifications of the client go to every linked backend, progress to the one that asked", async () => {
  const { a, b, context } = contextOf();
  const session = sessionOf(context);
  await session.link("a");
  await session.link("b");
  const roots = notificationText("notifications/roots/list_changed");
  session.pass(readMessage(roots));
  b.link.says(requestText("0", "sampling/createMessage", '{"_meta":{"progressToken":7}}'));
  const progress = notificationText("notifications/progress", '{"progressToken":7,"progress":1}');
  session.pass(readMessage(progress));
  session.pass(readMessage(progress.replace(":7", ":8")));
  expect(a.link.sent).toEqual([roots]);
  expect(b.link.sent).toEqual([roots, progress]);
});

test("links that cost a process stay while a call runs or a subscription needs them", async () => {
  const { a, context } = contextOf();
  a.linkIdleMs = 10;
  const session = sessionOf(context);
  await session.link("a");
  session.begin("n1", call());
  session.closeIdleLinks(1_000);
  expect(a.link.closed).toBe(false);
  session.finish("n1");
  session.subscribed("a://1", "a");
  session.closeIdleLinks(1_000);
  expect(a.link.closed).toBe(false);
  session.unsubscribed("a://1");
  session.closeIdleLinks(1_000);
  expect(a.link.closed).toBe(true);
});

test("closing ends calls, streams and links, and keeps nothing of what comes after", async () => {
  const { a, context } = contextOf();
  const session = sessionOf(context);
  const stream = listen(session);
  await session.link("a");
  const underWay = call();
  session.begin("n1", underWay);
  const link: FakeLink = a.link;
  await session.close(0, { keepSession: false });
  expect(underWay.ends).toEqual(["given up: The session was ended."]);
  expect(stream.ended).toBe(true);
  expect(link.closed).toBe(true);
  link.says(notificationText("notifications/message", '{"level":"info","data":"x"}'));
  session.announce(["tools"]);
  expect(context.streamLimits.budget.used).toBe(0);
});

/** The client does not want the call with this id any more. */
function wish(id: number): Message {
  return readMessage(
    notificationText("notifications/cancelled", `{"requestId":${id},"reason":"enough"}`),
  );
}
