import { afterAll, beforeAll, expect, test } from "vitest";
import { startMisbehaving } from "../fixtures/misbehaving/listen.ts";
import type { Misbehaving } from "../fixtures/misbehaving/listen.ts";
import { startGateway } from "../gateway/start.ts";
import type { StartedGateway } from "../gateway/start.ts";
import { meanwhile } from "./bystander.ts";
import { configOf, httpBackend } from "./gateway-config.ts";
import { metric } from "./metrics.ts";
import { answerIn, firstEvent, isStream, Session } from "./session.ts";

const MIB = 1024 * 1024;

let well: Misbehaving;
let bad: Misbehaving;
let gateway: StartedGateway;
let bystander: Session;

beforeAll(async () => {
  [well, bad] = await Promise.all([startMisbehaving(), startMisbehaving()]);
  const backends = [httpBackend("well", well.url), httpBackend("bad", bad.url)];
  gateway = await startGateway({ config: configOf(backends) });
  bystander = await Session.open(gateway.url);
});

afterAll(async () => {
  await bystander.close();
  expect(await gateway.stop()).toBe(0);
  await Promise.all([well, bad].map((backend) => backend.close()));
});

function aside(act: (leaver: Session) => Promise<unknown>): Promise<unknown> {
  return meanwhile(bystander, "well_well", async () => {
    const leaver = await Session.open(gateway.url);
    await act(leaver);
  });
}

function call(session: Session, name: string, args: object = {}, signal?: AbortSignal) {
  return session.post("tools/call", { name, arguments: args }, signal);
}

async function noCallLeft(): Promise<void> {
  // What the bystander has under way comes and goes.
  await expect
    .poll(() => metric(gateway.origin, "headgate_calls_in_flight"))
    .toBeLessThanOrEqual(2);
}

test("a client that leaves while it waits for plain JSON cancels its call", async () => {
  await aside(async (leaver) => {
    const [reached, cancelled] = [bad.next("tools/call"), bad.next("notifications/cancelled")];
    const leaving = new AbortController();
    const asked = call(leaver, "bad_hang", {}, leaving.signal);
    const { id } = await reached;
    leaving.abort();
    await expect(asked).rejects.toThrow("abort");
    expect((await cancelled).params?.["requestId"]).toBe(id);
    await noCallLeft();
    await leaver.close();
  });
});

test("a client that leaves in the middle of an event stream finds its answer when it comes back", async () => {
  await aside(async (leaver) => {
    const told = bad.received().length;
    const response = await call(leaver, "bad_slow_streaming", { ms: 1_500 });
    expect(isStream(response)).toBe(true);
    const priming = await firstEvent(response);
    expect(priming).toMatchObject({ data: "" });
    response.body.destroy();
    const resumed = await leaver.listen(priming?.id);
    expect((await answerIn(resumed)).result?.content).toEqual([{ type: "text", text: "ok" }]);
    const since = bad.received().slice(told);
    expect(since.map(({ method }) => method)).not.toContain("notifications/cancelled");
    await leaver.close();
  });
});

test("a client that comes back only after its call has ended finds the answer as well", async () => {
  await aside(async (leaver) => {
    const response = await call(leaver, "bad_slow_streaming", { ms: 1_200 });
    const priming = await firstEvent(response);
    response.body.destroy();
    await noCallLeft();
    const resumed = await leaver.listen(priming?.id);
    expect((await answerIn(resumed)).result).toBeDefined();
    await leaver.close();
  });
});

test("nobody else can come back to a stream", async () => {
  await aside(async (leaver) => {
    const response = await call(leaver, "bad_slow_streaming", { ms: 1_200 });
    const priming = await firstEvent(response);
    response.body.destroy();
    const other = await Session.open(gateway.url);
    const refused = await other.listen(priming?.id);
    expect(refused.statusCode).toBe(400);
    expect(await refused.body.json()).toMatchObject({ error: { code: -32_600 } });
    await Promise.all([other.close(), leaver.close()]);
  });
});

test("a client that leaves in the middle of a large answer stops it at the backend", async () => {
  await aside(async (leaver) => {
    const abandoned = bad.abandoned();
    const response = await call(leaver, "bad_large", { bytes: 80 * MIB });
    await response.body[Symbol.asyncIterator]().next();
    response.body.destroy();
    await expect(abandoned).resolves.toBeUndefined();
    await noCallLeft();
    await leaver.close();
  });
});

test("a call that the client cancels ends without an answer, and the backend is told", async () => {
  await aside(async (leaver) => {
    const [reached, cancelled] = [bad.next("tools/call"), bad.next("notifications/cancelled")];
    const asked = call(leaver, "bad_hang_streaming");
    const { id } = await reached;
    await leaver.notify("notifications/cancelled", { requestId: leaver.lastId, reason: "enough" });
    await expect(answerIn(await asked)).rejects.toThrow("without an answer");
    expect((await cancelled).params?.["requestId"]).toBe(id);
    await leaver.close();
  });
});

test("ending a session cancels what it has under way, at the backend too", async () => {
  await aside(async (leaver) => {
    const [reached, cancelled] = [bad.next("tools/call"), bad.next("notifications/cancelled")];
    const asked = leaver.call("bad_hang");
    const { id } = await reached;
    await leaver.end();
    expect((await asked).error?.message).toBe("The session was ended.");
    expect((await cancelled).params?.["requestId"]).toBe(id);
    await leaver.leave();
    await noCallLeft();
  });
});

test("fifty clients that vanish in the middle of everything leave nothing behind", async () => {
  const standing = await metric(gateway.origin, "headgate_streams_open");
  await aside(async (leaver) => {
    await leaver.close();
    const leavers = await Promise.all(Array.from({ length: 50 }, () => Session.open(gateway.url)));
    await Promise.all(
      leavers.map(async (each, n) => {
        await each.listen();
        const reached = bad.next("tools/call");
        const tool = ["bad_hang", "bad_slow", "bad_large"][n % 3]!;
        const asked = call(each, tool, { ms: 300, bytes: MIB }).catch(() => undefined);
        await reached;
        await each.leave();
        await asked;
      }),
    );
    await noCallLeft();
  });
  await expect.poll(() => metric(gateway.origin, "headgate_streams_open")).toBe(standing);
});
