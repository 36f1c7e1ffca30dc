import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { GatewayError } from "../rpc/errors.ts";
import { requestText } from "../rpc/reply.ts";
import { ask } from "./ask.ts";
import { FakeBackend, profileOf } from "./backend.fixture.ts";
import type { FakeLink } from "./backend.fixture.ts";
import type { FlowControl } from "./port.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

async function scene(): Promise<{ backend: FakeBackend; link: FakeLink }> {
  const backend = new FakeBackend("b");
  const inbound = { message: () => undefined, reopened: () => undefined, closed: () => undefined };
  await backend.open(profileOf(), inbound);
  return { backend, link: backend.link };
}

const pingText = (id: string): string => requestText(id, "ping", "{}");

test("the answer is the whole text, and no timer stays behind", async () => {
  const { link } = await scene();
  expect(JSON.parse(await ask(link, pingText))).toMatchObject({ result: {} });
  expect(vi.getTimerCount()).toBe(0);
});

test("two questions at once have ids of their own", async () => {
  const { link } = await scene();
  await Promise.all([ask(link, pingText), ask(link, pingText)]);
  const ids = link.got.map(({ message }) => message.id);
  expect(new Set(ids).size).toBe(2);
});

test("a failure of the link is the failure of the question", async () => {
  const { backend, link } = await scene();
  backend.reactions.set("ping", { failed: new GatewayError("backend-garbage", "nonsense") });
  await expect(ask(link, pingText)).rejects.toMatchObject({ code: "backend-garbage" });
  expect(vi.getTimerCount()).toBe(0);
});

test("a question without an answer is cancelled at its time-out", async () => {
  const { backend, link } = await scene();
  backend.reactions.set("ping", "silence");
  const asked = ask(link, pingText, 50).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(50);
  expect(await asked).toMatchObject({ code: "backend-timeout" });
  expect(link.got[0]?.cancelled).toBeDefined();
});

test("a large answer arrives whole, and is aborted when it does not in time", async () => {
  const { backend, link } = await scene();
  backend.reactions.set("ping", "silence");
  const aborted: string[] = [];
  const flow = (name: string): FlowControl => ({
    pause: () => undefined,
    resume: () => undefined,
    abort: () => void aborted.push(name),
  });
  const whole = ask(link, pingText, 50);
  const sink = link.got[0]?.exchange.largeAnswer(flow("whole"));
  // A character in two pieces.
  const bytes = Buffer.from('{"x":"é"}');
  sink?.write(bytes.subarray(0, 7));
  sink?.write(bytes.subarray(7));
  sink?.end();
  expect(await whole).toBe('{"x":"é"}');
  const half = ask(link, pingText, 50).catch((error: unknown) => error);
  link.got[1]?.exchange.largeAnswer(flow("half")).write(Buffer.from("{"));
  await vi.advanceTimersByTimeAsync(50);
  expect(await half).toMatchObject({ code: "backend-timeout" });
  expect(aborted).toEqual(["half"]);
});
