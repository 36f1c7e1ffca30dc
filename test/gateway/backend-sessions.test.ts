import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { startEcho } from "../fixtures/echo/listen.ts";
import type { Echo } from "../fixtures/echo/listen.ts";
import { startEverything } from "../fixtures/everything/listen.ts";
import { httpWire } from "../wire/http-wire.ts";
import { at, readTree } from "../wire/json-tree.ts";
import { Peer } from "../wire/peer.ts";
import { configOf, http } from "./config.ts";
import { startGateway } from "./start.ts";
import type { StartedGateway } from "./start.ts";

let echo: Echo;
let gateway: StartedGateway;
let peer: Peer;

beforeAll(async () => {
  echo = await startEcho();
  gateway = await startGateway({ config: configOf([http("b", echo.url)]) });
});

beforeEach(async () => {
  peer = await Peer.connect(httpWire(gateway.url));
});

afterEach(() => peer.close());

afterAll(async () => {
  await gateway.stop();
  await echo.close();
});

function call(n: number) {
  return peer.request("tools/call", { name: "b_as_json", arguments: { n } });
}

/** The methods that reach the backend while something is done. */
async function methodsDuring(act: () => Promise<unknown>): Promise<string[]> {
  const before = echo.methods().length;
  await act();
  return echo.methods().slice(before);
}

test("the session with a backend begins with the first call and is used from then on", async () => {
  expect(await methodsDuring(() => call(1))).toEqual([
    "initialize",
    "notifications/initialized",
    "tools/call",
  ]);
  expect(await methodsDuring(() => call(2))).toEqual(["tools/call"]);
});

test("ten first calls at once share one handshake", async () => {
  const methods = await methodsDuring(() =>
    Promise.all(Array.from({ length: 10 }, (_, n) => call(n))),
  );
  expect(methods.filter((method) => method === "initialize")).toHaveLength(1);
  expect(methods.filter((method) => method === "tools/call")).toHaveLength(10);
});

test.each([404, 400] as const)(
  "a session that the backend forgot, as it says with %i, is opened once more and the call repeated unseen",
  async (status) => {
    await call(1);
    echo.forget(status);
    const methods = await methodsDuring(async () => {
      const { result } = await call(2);
      expect(at(result, "structuredContent", "arguments", "n")).toMatchObject({ text: "2" });
    });
    expect(methods).toEqual(["initialize", "notifications/initialized", "tools/call"]);
  },
);

test("ten calls into a forgotten session open it once more, and each gets its own answer", async () => {
  await call(0);
  echo.forget();
  const methods = await methodsDuring(async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => call(n)));
    expect(
      answers.map((answer) => at(answer, "result", "structuredContent", "arguments", "n")),
    ).toEqual(answers.map((_, n) => readTree(String(n))));
  });
  expect(methods.filter((method) => method === "initialize")).toHaveLength(1);
  expect(methods.filter((method) => method === "tools/call")).toHaveLength(10);
});

test("a session that is opened once more knows the log level and the subscriptions of its client", async () => {
  await call(1);
  await peer.request("logging/setLevel", { level: "warning" });
  await peer.request("resources/subscribe", { uri: "echo://one" });
  echo.forget();
  const methods = await methodsDuring(async () => {
    const [set, subscribed] = ["logging/setLevel", "resources/subscribe"].map((method) =>
      echo.arrived(method, echo.headersOf(method).length + 1),
    );
    await call(2);
    await Promise.all([set, subscribed]);
  });
  expect(methods).toContain("logging/setLevel");
  expect(methods).toContain("resources/subscribe");
});

test("a client that ends its session ends it at the backend", async () => {
  const fixture = await startEverything({ port: 0 });
  const over = await startGateway({ config: configOf([http("f", fixture.url)]) });
  try {
    const leaving = await Peer.connect(httpWire(over.url));
    const before = fixture.sessions();
    await leaving.request("tools/call", { name: "f_test_simple_text" });
    expect(fixture.sessions()).toBe(before + 1);
    await leaving.close();
    await expect.poll(() => fixture.sessions()).toBe(before);
  } finally {
    await over.stop();
    expect(fixture.sessions()).toBe(0);
    await fixture.close();
  }
});
