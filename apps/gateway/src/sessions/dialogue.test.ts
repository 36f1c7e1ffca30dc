import { expect, test } from "vitest";
import { profileOf, sessionNamed } from "../backends/backend.fixture.ts";
import { ANONYMOUS } from "../identity/caller.ts";
import { readMessage } from "../rpc/message.ts";
import { notificationText, requestText } from "../rpc/reply.ts";
import { firstRecord } from "./record.ts";
import { INITIAL_STATE } from "./session-state.ts";
import { contextOf } from "./session.fixture.ts";
import { Session } from "./session.ts";
import { FakeStore } from "./shared-sessions.fixture.ts";

const ROOTS = notificationText("notifications/roots/list_changed");

/** One session at two processes; at backend `a` it can be gone on in, at `b` links are bound. */
async function scene() {
  const store = new FakeStore();
  const facts = {
    id: "s",
    protocolVersion: "2025-11-25",
    profile: profileOf(),
    classKey: "class",
    caller: ANONYMOUS,
  };
  const at = (tag: string) => {
    const { context, a, b } = contextOf();
    a.keepsSessions = true;
    const others = store.process(tag);
    const session = new Session(facts, { ...context, others }, 0);
    const look = async (): Promise<void> => {
      const kept = await others.read("s");
      if (kept.outcome === "found") await session.adopt(kept.record);
    };
    return { session, a, b, look };
  };
  await store.process("p0").create("s", firstRecord(facts.profile, facts));
  return { one: at("p1"), other: at("p2"), store };
}

test("an answer goes to the process that asked, and is answered there once", async () => {
  const { one, other, store } = await scene();
  await one.session.link("b");
  const asked = readMessage(requestText("7", "elicitation/create", "{}"));
  one.b.link.inbound.message(asked);
  const shown = '"headgate-p1-1"';
  const answer = readMessage(`{"jsonrpc":"2.0","id":${shown},"result":{"action":"decline"}}`);
  expect(other.session.answered(answer)).toBe(true);
  expect(store.said).toEqual([`p2 to p1: s ${answer.text}`]);
  one.session.hear(answer);
  one.session.hear(answer);
  expect(one.b.link.sent).toEqual(['{"jsonrpc":"2.0","id":7,"result":{"action":"decline"}}']);
  // What nobody asked goes nowhere, and never round in circles.
  expect(one.session.answered(answer)).toBe(false);
  expect(store.said).toHaveLength(1);
});

test("a cancellation goes to all processes only when the call is not under way here", async () => {
  const { one, other, store } = await scene();
  const cancelled: string[] = [];
  one.session.begin("n1", { cancel: (why) => void cancelled.push(why), giveUp: () => undefined });
  const params = '{"requestId":1,"reason":"changed my mind"}';
  const cancellation = readMessage(notificationText("notifications/cancelled", params));
  other.session.cancelled(cancellation);
  expect(store.said).toEqual([`p2: s ${cancellation.text}`]);
  one.session.hear(cancellation);
  expect(cancelled).toEqual(["changed my mind"]);
  other.session.hear(cancellation);
  expect(store.said).toHaveLength(1);
});

test("news of the client reaches every backend once: those that any process can reach from here, others from where they are bound", async () => {
  const { one, other, store } = await scene();
  await one.session.link("a");
  await one.session.link("b");
  await other.look();
  other.session.pass(readMessage(ROOTS));
  await expect.poll(() => other.a.links[0]?.sent).toEqual([ROOTS]);
  expect(other.a.link.session).toEqual(one.a.link.session);
  expect(other.b.links).toEqual([]);
  expect(store.said.filter((line) => line.endsWith(ROOTS))).toEqual([`p2: s ${ROOTS}`]);
  one.session.hear(readMessage(ROOTS));
  expect([one.a.link.sent, one.b.link.sent]).toEqual([[], [ROOTS]]);
});

test("a log level that is set at one process reaches what is bound to another", async () => {
  const { one, other } = await scene();
  for (const { a, b } of [one, other]) a.capabilities = b.capabilities = { logging: {} };
  await one.session.link("a");
  await one.session.link("b");
  await other.look();
  await other.session.setLogLevel("error");
  expect(other.a.link.gotOf("logging/setLevel")).toHaveLength(1);
  expect(other.b.links).toEqual([]);
  await one.look();
  await expect.poll(() => one.b.link.gotOf("logging/setLevel").length).toBe(1);
  expect(one.a.link.gotOf("logging/setLevel")).toHaveLength(0);
});

test("a backend that is configured no more is passed over", async () => {
  const { context } = contextOf();
  const others = new FakeStore().process("p1");
  const state = { ...INITIAL_STATE, backends: new Map([["gone", sessionNamed("x")]]) };
  const facts = {
    id: "s",
    protocolVersion: "2025-11-25",
    profile: profileOf(),
    classKey: "class",
    caller: ANONYMOUS,
  };
  const failed: string[] = [];
  const linkFailed = (backend: string) => void failed.push(backend);
  const session = new Session(facts, { ...context, linkFailed, others }, 0, state);
  session.listen(true);
  session.pass(readMessage(ROOTS));
  await expect(session.setLogLevel("error")).resolves.toBeUndefined();
  await expect(session.close(0, { keepSession: false })).resolves.toBeUndefined();
  expect(failed).toEqual([]);
});
