import { expect, test } from "vitest";
import { FakeBackend, profileOf } from "../backends/backend.fixture.ts";
import type { Inbound, Link } from "../backends/port.ts";
import { readMessage } from "../rpc/message.ts";
import { AskedRequests } from "./asked.ts";

const nobody: Inbound = {
  message: () => undefined,
  reopened: () => undefined,
  closed: () => undefined,
};

async function linkTo(backend: string): Promise<Link> {
  return new FakeBackend(backend).open(profileOf(), nobody);
}

function request(id: string, params = "{}") {
  return readMessage(`{"jsonrpc":"2.0","id":${id},"method":"roots/list","params":${params}}`);
}

function answer(id: unknown, result = '{"roots":[]}') {
  return readMessage(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`);
}

function idIn(text: string): unknown {
  return (JSON.parse(text) as { id: unknown }).id;
}

test("two backends that both count from zero get each its own answer, under its own id", async () => {
  const asked = new AskedRequests();
  const [a, b] = [await linkTo("a"), await linkTo("b")];
  const [shownA, shownB] = [asked.put(a, request("0"), 0), asked.put(b, request("0"), 0)];
  expect(idIn(shownA)).not.toBe(idIn(shownB));
  expect(asked.take(answer(idIn(shownB), '{"of":"b"}'))).toEqual({
    link: b,
    text: '{"jsonrpc":"2.0","id":0,"result":{"of":"b"}}',
  });
  expect(asked.take(answer(idIn(shownA)))?.link).toBe(a);
  expect(asked.size).toBe(0);
});

test.each(["7", '"7"', "7.0", '"\\u0061"'])(
  "the backend's id %s comes back as written",
  async (id) => {
    const asked = new AskedRequests();
    const shown = asked.put(await linkTo("a"), request(id), 0);
    expect(asked.take(answer(idIn(shown)))?.text).toBe(
      `{"jsonrpc":"2.0","id":${id},"result":{"roots":[]}}`,
    );
  },
);

test("an answer is taken once, and one to nothing that was asked not at all", async () => {
  const asked = new AskedRequests();
  const shown = asked.put(await linkTo("a"), request("1"), 0);
  expect(asked.take(answer("headgate-99"))).toBeUndefined();
  expect(asked.take(answer(1))).toBeUndefined();
  expect(asked.take(answer(idIn(shown)))).toBeDefined();
  expect(asked.take(answer(idIn(shown)))).toBeUndefined();
});

test("a client may write the id with other escapes", async () => {
  const asked = new AskedRequests();
  const shown = asked.put(await linkTo("a"), request("1"), 0);
  const written = JSON.stringify(idIn(shown)).replace("-", "\\u002d");
  const message = readMessage(`{"jsonrpc":"2.0","id":${written},"result":{}}`);
  expect(asked.take(message)).toBeDefined();
});

test("a backend withdraws its own request alone, and the client hears the id that it knows", async () => {
  const asked = new AskedRequests();
  const [a, b] = [await linkTo("a"), await linkTo("b")];
  const shownA = asked.put(a, request("1"), 0);
  asked.put(b, request("1"), 0);
  const cancelled = readMessage(
    '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,"reason":"r"}}',
  );
  expect(JSON.parse(asked.withdraw(a, cancelled) ?? "{}")).toMatchObject({
    params: { requestId: idIn(shownA), reason: "r" },
  });
  expect(asked.size).toBe(1);
  expect(asked.withdraw(a, cancelled)).toBeUndefined();
  expect(asked.take(answer(idIn(shownA)))).toBeUndefined();
});

test("what a dead link asked is forgotten", async () => {
  const asked = new AskedRequests();
  const [a, b] = [await linkTo("a"), await linkTo("b")];
  asked.put(a, request("1"), 0);
  asked.put(a, request("2"), 0);
  asked.put(b, request("1"), 0);
  asked.forget(a);
  expect(asked.size).toBe(1);
});

test("progress of the client belongs to the backend whose request has its token", async () => {
  const asked = new AskedRequests();
  const [a, b] = [await linkTo("a"), await linkTo("b")];
  asked.put(a, request("1"), 0);
  const shown = asked.put(b, request("1", '{"_meta":{"progressToken":"t"}}'), 0);
  const progress = (token: string) =>
    readMessage(
      `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":${token},"progress":1}}`,
    );
  expect(asked.linkOf(progress('"t"'))).toBe(b);
  expect(asked.linkOf(progress('"other"'))).toBeUndefined();
  asked.take(answer(idIn(shown)));
  expect(asked.linkOf(progress('"t"'))).toBeUndefined();
});

test("more than 256 open requests are refused, until the oldest was left alone for ten minutes", async () => {
  const asked = new AskedRequests();
  const link = await linkTo("a");
  for (let n = 0; n < 256; n++) asked.put(link, request(`${n}`), n);
  expect(() => asked.put(link, request("256"), 10 * 60_000 - 1)).toThrow(
    "Too many requests wait for this client's answer.",
  );
  asked.put(link, request("256"), 10 * 60_000);
  expect(asked.size).toBe(256);
});
