import { expect, test } from "vitest";
import { CacheRig, TTL_MS, valueAt } from "../../test/cache-rig.ts";

const ID = "an-id-of-a-session";
const append = (text: string) => (value: string) => (value.includes(text) ? value : value + text);

test("sessions that are known go on while the store is away, and only the first asks it", async () => {
  const rig = new CacheRig();
  const process = rig.process();
  await process.sessions.create(ID, "a");
  await rig.clock.advance(TTL_MS / 2);
  process.store.fault = "away";
  process.store.calls.length = 0;
  for (let use = 0; use < 20; use++) expect(await valueAt(process, ID)).toBe("a");
  expect(process.store.calls).toEqual(["read"]);
  expect(process.events).toContainEqual({ kind: "store-away" });
});

test("what is not known is unavailable with a wait, and never missing", async () => {
  const rig = new CacheRig();
  const { sessions, store } = rig.process();
  store.fault = "away";
  const away = { outcome: "unavailable", reason: "store-away", retryAfterMs: 1000 };
  expect(await sessions.read(ID)).toMatchObject(away);
  expect(await sessions.update(ID, append("b"))).toMatchObject(away);
  expect(await sessions.end(ID)).toMatchObject(away);
  expect(await sessions.create(ID, "a")).toMatchObject(away);
  store.fault = "none";
  expect(await sessions.read(ID)).toEqual({ outcome: "missing" });
});

test("changes made meanwhile are shown at once and written once when the store returns", async () => {
  const rig = new CacheRig();
  const process = rig.process();
  await process.sessions.create(ID, "");
  process.store.fault = "away";
  for (const text of "abc") {
    expect(await process.sessions.update(ID, append(text))).toMatchObject({ written: false });
  }
  expect(await valueAt(process, ID)).toBe("abc");
  expect(process.sessions.statistics.backlog).toBe(1);
  process.store.fault = "none";
  process.store.calls.length = 0;
  await rig.clock.advance(10_000);
  expect(process.store.calls.filter((call) => call !== "peek")).toEqual(["update"]);
  expect(await rig.store.peek(ID)).toMatchObject({ record: { value: "abc", revision: 2 } });
  expect(process.sessions.statistics).toMatchObject({ backlog: 0, held: 0 });
  expect(process.events.at(-1)).toEqual({ kind: "store-returned" });
});

test("a change whose answer was lost is not made twice", async () => {
  const rig = new CacheRig();
  const { sessions, store } = rig.process();
  await sessions.create(ID, "");
  store.fault = "deaf";
  expect(await sessions.update(ID, append("a"))).toMatchObject({ written: false });
  expect(await sessions.update(ID, append("b"))).toMatchObject({ written: false });
  store.fault = "none";
  await rig.clock.advance(10_000);
  expect(await rig.store.peek(ID)).toMatchObject({ record: { value: "ab" } });
});

test("what others wrote meanwhile is kept, and changes go on top", async () => {
  const rig = new CacheRig();
  const [a, b] = [rig.process(), rig.process()];
  await a.sessions.create(ID, "");
  await valueAt(b, ID);
  a.store.fault = "away";
  await a.sessions.update(ID, append("a"));
  await b.sessions.update(ID, append("b"));
  a.store.fault = "none";
  await rig.clock.advance(10_000);
  expect(await valueAt(a, ID)).toBe("ba");
  expect(await b.sessions.read(ID, { fresh: true })).toMatchObject({ record: { value: "ba" } });
});

test("a session that another process ended meanwhile does not come back", async () => {
  const rig = new CacheRig();
  const [a, b] = [rig.process(), rig.process()];
  await a.sessions.create(ID, "");
  await valueAt(b, ID);
  a.store.fault = "away";
  await a.sessions.update(ID, append("a"));
  await b.sessions.end(ID);
  expect(await valueAt(a, ID)).toBe("a");
  a.store.fault = "none";
  await rig.clock.advance(10_000);
  expect(await valueAt(a, ID)).toBe("<ended>");
  expect(await rig.store.peek(ID)).toEqual({ outcome: "ended" });
  expect(a.sessions.statistics).toMatchObject({ entries: 0, backlog: 0 });
});

test("an end made meanwhile counts here at once, and for all when the store returns", async () => {
  const rig = new CacheRig();
  const [a, b] = [rig.process(), rig.process()];
  await a.sessions.create(ID, "");
  await valueAt(b, ID);
  a.store.fault = "away";
  expect(await a.sessions.end(ID)).toEqual({ outcome: "ended", was: "live", written: false });
  expect(await valueAt(a, ID)).toBe("<ended>");
  expect(await a.sessions.update(ID, append("a"))).toEqual({ outcome: "ended" });
  expect(await a.sessions.create(ID, "again")).toEqual({ outcome: "exists" });
  a.store.fault = "none";
  await rig.clock.advance(10_000);
  expect(await rig.store.peek(ID)).toEqual({ outcome: "ended" });
  expect(await b.sessions.read(ID, { fresh: true })).toEqual({ outcome: "ended" });
  expect(await valueAt(a, ID)).toBe("<ended>");
});

test("a use made meanwhile counts when the store returns: the session does not end early elsewhere", async () => {
  const rig = new CacheRig();
  const [a, b] = [rig.process(), rig.process()];
  await a.sessions.create(ID, "a");
  a.store.fault = "away";
  await rig.clock.advance(TTL_MS * 0.8);
  expect(await valueAt(a, ID)).toBe("a");
  await rig.clock.advance(TTL_MS * 0.1);
  a.store.fault = "none";
  await rig.clock.advance(10_000);
  await rig.clock.advance(TTL_MS * 0.6);
  expect(await valueAt(b, ID)).toBe("a");
});

test("a store that comes back empty gets every session that was used meanwhile", async () => {
  const rig = new CacheRig();
  const process = rig.process();
  const ids = Array.from({ length: 200 }, (_, index) => `session-${index}`);
  for (const id of ids) await process.sessions.create(id, id);
  await rig.clock.advance(TTL_MS / 2);
  process.store.fault = "away";
  for (const id of ids) await valueAt(process, id);
  for (const id of ids) rig.store.forget(id);
  process.store.fault = "none";
  await rig.clock.advance(10_000);
  for (const id of ids) {
    expect(await rig.store.peek(id)).toEqual({
      outcome: "found",
      record: { value: id, revision: 1.5 },
    });
  }
});

test("a store that comes back with an earlier revision gets the later one again", async () => {
  const rig = new CacheRig();
  const process = rig.process();
  await process.sessions.create(ID, "a");
  await process.sessions.update(ID, append("b"));
  await rig.clock.advance(TTL_MS / 2);
  process.store.fault = "away";
  await valueAt(process, ID);
  rig.store.forget(ID);
  await rig.store.create(ID, "a");
  process.store.fault = "none";
  await rig.clock.advance(10_000);
  expect(await rig.store.peek(ID)).toMatchObject({ record: { value: "ab" } });
});

test("with `local` a session begins here and is written when the store returns", async () => {
  const rig = new CacheRig();
  const [a, b] = [rig.process({ onStoreFailure: "local" }), rig.process()];
  a.store.fault = "away";
  expect(await a.sessions.create(ID, "a")).toMatchObject({ outcome: "created", written: false });
  expect(await a.sessions.create(ID, "b")).toEqual({ outcome: "exists" });
  await a.sessions.update(ID, append("b"));
  expect(await valueAt(a, ID)).toBe("ab");
  expect(await valueAt(b, ID)).toBe("<missing>");
  a.store.fault = "none";
  await rig.clock.advance(10_000);
  expect(await valueAt(b, ID)).toBe("ab");
  expect(await valueAt(a, ID)).toBe("ab");
});

test("a beginning whose answer was lost is the same session, not a second one", async () => {
  const rig = new CacheRig();
  const { sessions, store } = rig.process({ onStoreFailure: "local" });
  store.fault = "deaf";
  expect(await sessions.create(ID, "a")).toMatchObject({ outcome: "created", written: false });
  await sessions.update(ID, append("b"));
  store.fault = "none";
  await rig.clock.advance(10_000);
  expect(await rig.store.peek(ID)).toMatchObject({ record: { value: "ab" } });
});

test("the backlog is bounded: what has no room in it is refused with a wait, what has goes on", async () => {
  const rig = new CacheRig();
  const { sessions, store } = rig.process({ onStoreFailure: "local", maxBacklog: 2 });
  for (const id of ["1", "2", "3"]) await sessions.create(id, id);
  store.fault = "away";
  expect(await sessions.update("1", append("a"))).toMatchObject({ written: false });
  expect(await sessions.end("2")).toMatchObject({ written: false });
  const full = { outcome: "unavailable", reason: "backlog-full" };
  expect(await sessions.update("3", append("a"))).toMatchObject(full);
  expect(await sessions.end("3")).toMatchObject(full);
  expect(await sessions.create("4", "4")).toMatchObject(full);
  expect(await sessions.read("3")).toMatchObject({ outcome: "found", record: { value: "3" } });
  expect(await sessions.update("1", append("b"))).toMatchObject({ written: false });
});

test("what waits for the store is not evicted", async () => {
  const rig = new CacheRig();
  const process = rig.process({ maxEntries: 2 });
  await process.sessions.create(ID, "");
  process.store.fault = "full";
  await process.sessions.update(ID, append("a"));
  for (let index = 0; index < 5; index++) {
    await rig.store.create(`${index}`, "other");
    await valueAt(process, `${index}`);
  }
  expect(process.sessions.statistics).toMatchObject({ entries: 2, held: 1 });
  process.store.fault = "none";
  await rig.clock.advance(10_000);
  expect(await rig.store.peek(ID)).toMatchObject({ record: { value: "a" } });
});

test("an end that the store did not get is told again when it has it", async () => {
  const rig = new CacheRig();
  const [a, b] = [rig.connected(), rig.connected()];
  await a.sessions.create(ID, "a");
  a.store.fault = "away";
  await a.sessions.end(ID);
  await rig.clock.advance(1000);
  expect(await valueAt(b, ID)).toBe("a");
  a.store.fault = "none";
  await a.sessions.flush();
  await rig.clock.advance(0);
  expect(await valueAt(b, ID)).toBe("<ended>");
});

test("the store is tried again later and later, with jitter, up to a longest wait", async () => {
  const rig = new CacheRig();
  const { sessions, store } = rig.process({ minRetryMs: 100, maxRetryMs: 800, random: () => 0.5 });
  await sessions.create(ID, "");
  store.fault = "away";
  await sessions.update(ID, append("a"));
  const tries: number[] = [];
  const begin = rig.clock.now();
  for (let step = 0; step < 300; step++) {
    const before = store.calls.length;
    await rig.clock.advance(10);
    if (store.calls.length > before) tries.push(rig.clock.now() - begin);
  }
  const waits = tries.map((at, index) => at - (tries[index - 1] ?? 0));
  expect(waits).toEqual([80, 150, 300, 600, 600, 600, 600].slice(0, waits.length));
  expect(waits.length).toBeGreaterThanOrEqual(5);
});

test("any answer of the store brings forward what waits for it", async () => {
  const rig = new CacheRig();
  const { sessions, store } = rig.process();
  await sessions.create(ID, "");
  store.fault = "away";
  await sessions.update(ID, append("a"));
  store.fault = "none";
  await sessions.read("another");
  await rig.clock.advance(0);
  expect(await rig.store.peek(ID)).toMatchObject({ record: { value: "a" } });
});

test("a store without room for writes still answers reads, and gets the writes when it has room", async () => {
  const rig = new CacheRig();
  const process = rig.process();
  await process.sessions.create(ID, "");
  await rig.store.create("other", "other");
  process.store.fault = "full";
  expect(await process.sessions.update(ID, append("a"))).toMatchObject({ written: false });
  expect(await valueAt(process, "other")).toBe("other");
  expect(process.events.map(({ kind }) => kind)).not.toContain("store-away");
  process.store.fault = "none";
  await rig.clock.advance(10_000);
  expect(await rig.store.peek(ID)).toMatchObject({ record: { value: "a" } });
});

test("a session that nobody used for a TTL is not written when the store returns", async () => {
  const rig = new CacheRig();
  const { sessions, store } = rig.process();
  await sessions.create(ID, "");
  store.fault = "away";
  await sessions.update(ID, append("a"));
  await rig.clock.advance(TTL_MS * 1.2);
  store.fault = "none";
  await rig.clock.advance(10_000);
  expect(await rig.store.peek(ID)).toEqual({ outcome: "missing" });
  expect(sessions.statistics).toMatchObject({ entries: 0, backlog: 0, held: 0 });
});

test("a change that cannot be made upon what stands there when the store returns is given up, and told", async () => {
  const rig = new CacheRig();
  const [a, b] = [rig.process(), rig.process()];
  await a.sessions.create(ID, "a");
  a.store.fault = "away";
  const onlyUponA = (value: string) => {
    if (value !== "a") throw new Error("not upon this");
    return "b";
  };
  await a.sessions.update(ID, onlyUponA);
  await b.sessions.update(ID, () => "c");
  a.store.fault = "none";
  await rig.clock.advance(10_000);
  expect(await valueAt(a, ID)).toBe("c");
  expect(a.events).toContainEqual({
    kind: "change-failed",
    id: ID,
    cause: new Error("not upon this"),
  });
  expect(a.sessions.statistics.backlog).toBe(0);
});

test("a store that comes back empty gets the sessions that nobody used meanwhile, which live no longer here for that", async () => {
  const rig = new CacheRig();
  const process = rig.process();
  const ids = Array.from({ length: 200 }, (_, n) => `session-${n}`);
  for (const id of ids) await process.sessions.create(id, id);
  await rig.clock.advance(TTL_MS / 2);
  process.store.fault = "away";
  await process.sessions.read("unknown");
  for (const id of ids) rig.store.forget(id);
  process.store.fault = "none";
  await process.sessions.read("unknown");
  await expect
    .poll(async () => (await Promise.all(ids.map((id) => rig.store.peek(id)))).every(isFound))
    .toBe(true);
  await rig.clock.advance(TTL_MS / 2 + TTL_MS / 5);
  expect(process.sessions.statistics.entries).toBe(0);
});

test("a store that was only late is asked for a few sessions, however many are known", async () => {
  const rig = new CacheRig();
  const process = rig.process();
  for (let n = 0; n < 2_000; n++) await process.sessions.create(`session-${n}`, "");
  process.store.fault = "away";
  await process.sessions.read("unknown");
  process.store.fault = "none";
  process.store.calls.length = 0;
  await process.sessions.read("unknown");
  const peeks = (): number => process.store.calls.filter((call) => call === "peek").length;
  await expect.poll(peeks).toBeGreaterThan(50);
  await new Promise((resolve) => setImmediate(resolve));
  expect(peeks()).toBeLessThan(150);
});

test("what was ended elsewhere meanwhile is found out once the store returns", async () => {
  const rig = new CacheRig();
  const process = rig.process();
  await process.sessions.create(ID, "a");
  process.store.fault = "away";
  await process.sessions.read("unknown");
  await rig.store.end(ID);
  process.store.fault = "none";
  await process.sessions.read("unknown");
  await expect.poll(() => process.events).toContainEqual({ kind: "ended", id: ID });
});

test("a store that is still away when it is looked through is looked through again, without anybody asking", async () => {
  const rig = new CacheRig();
  const process = rig.connected();
  await process.sessions.create(ID, "a");
  process.store.fault = "away";
  rig.network.disconnect();
  rig.network.connect();
  await new Promise((resolve) => setImmediate(resolve));
  rig.store.forget(ID);
  process.store.fault = "none";
  for (let n = 0; n < 5; n++) {
    await rig.clock.advance(5_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect((await rig.store.peek(ID)).outcome).toBe("found");
});

function isFound({ outcome }: { outcome: string }): boolean {
  return outcome === "found";
}
