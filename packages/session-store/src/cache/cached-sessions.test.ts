import { expect, test } from "vitest";
import { CacheRig, TTL_MS, valueAt } from "../../test/cache-rig.ts";
import { settled } from "../../test/manual-clock.ts";

const ID = "an-id-of-a-session";
const append = (text: string) => (value: string) => (value.includes(text) ? value : value + text);

test("a session used within a tenth of its TTL costs no round trip, and one after that", async () => {
  const rig = new CacheRig();
  const { sessions, store } = rig.process();
  await sessions.create(ID, "a");
  const first = await sessions.read(ID);
  await rig.clock.advance(TTL_MS / 10 - 1);
  expect(await sessions.read(ID)).toEqual(first);
  expect(store.calls).toEqual(["create"]);
  await rig.clock.advance(1);
  const second = await sessions.read(ID);
  expect(store.calls).toEqual(["create", "read"]);
  expect(first.outcome === "found" && second.outcome === "found").toBe(true);
  expect("record" in first && "record" in second && first.record === second.record).toBe(true);
});

test("a fresh read asks the store although the session is known", async () => {
  const rig = new CacheRig();
  const [a, b] = [rig.process(), rig.process()];
  await a.sessions.create(ID, "a");
  await valueAt(b, ID);
  await a.sessions.update(ID, append("b"));
  expect(await valueAt(b, ID)).toBe("a");
  expect(await b.sessions.read(ID, { fresh: true })).toMatchObject({ record: { value: "ab" } });
  expect(await valueAt(b, ID)).toBe("ab");
});

test("many first uses at once read once", async () => {
  const rig = new CacheRig();
  await rig.store.create(ID, "a");
  const process = rig.process();
  const values = await Promise.all(Array.from({ length: 50 }, () => valueAt(process, ID)));
  expect(new Set(values)).toEqual(new Set(["a"]));
  expect(process.store.calls).toEqual(["read"]);
});

test("what is missing is asked for every time", async () => {
  const rig = new CacheRig();
  const process = rig.process();
  expect(await valueAt(process, ID)).toBe("<missing>");
  await rig.store.create(ID, "a");
  expect(await valueAt(process, ID)).toBe("a");
});

test("an eviction ends nothing and costs one read", async () => {
  const rig = new CacheRig();
  const process = rig.process({ maxEntries: 2 });
  for (const id of ["1", "2", "3"]) await process.sessions.create(id, `value ${id}`);
  expect(process.sessions.statistics.entries).toBe(2);
  expect(process.events).toContainEqual({ kind: "evicted", id: "1" });
  process.store.calls.length = 0;
  expect(await valueAt(process, "1")).toBe("value 1");
  expect(process.store.calls).toEqual(["read"]);
});

test("bytes bound the cache too", async () => {
  const rig = new CacheRig();
  const { sessions } = rig.process({ maxBytes: 1024 * 1024 });
  for (let index = 0; index < 40; index++) await sessions.create(`${index}`, "x".repeat(50_000));
  expect(sessions.statistics.bytes).toBeLessThanOrEqual(1024 * 1024);
  expect(sessions.statistics.entries).toBe(20);
  await sessions.update("39", () => "small");
  expect(sessions.statistics.bytes).toBeLessThan(20 * 50_000);
});

test("a session that is held is not evicted until everybody let go", async () => {
  const rig = new CacheRig();
  const process = rig.process({ maxEntries: 1 });
  await process.sessions.create("1", "");
  const releases = [process.sessions.hold("1"), process.sessions.hold("1")];
  await process.sessions.create("2", "");
  expect(process.events).toEqual([{ kind: "evicted", id: "2" }]);
  releases[0]?.();
  releases[0]?.();
  expect(process.sessions.statistics).toMatchObject({ entries: 1, held: 1 });
  await process.sessions.create("3", "");
  releases[1]?.();
  await process.sessions.create("4", "");
  expect(process.events).toContainEqual({ kind: "evicted", id: "1" });
  expect(process.sessions.statistics).toMatchObject({ entries: 1, held: 0 });
});

test("a write costs one round trip, also upon a session that has to be refreshed", async () => {
  const rig = new CacheRig();
  const { sessions, store } = rig.process();
  await sessions.create(ID, "a");
  await rig.clock.advance(TTL_MS / 2);
  const updated = await sessions.update(ID, append("b"));
  expect(updated).toEqual({
    outcome: "updated",
    record: { value: "ab", revision: 2 },
    written: true,
  });
  expect(store.calls).toEqual(["create", "update"]);
});

test("changes that come while one is written are written together", async () => {
  const rig = new CacheRig();
  const { sessions, store } = rig.process();
  await sessions.create(ID, "");
  const updates = "abcdefgh".split("").map((text) => sessions.update(ID, append(text)));
  for (const update of await Promise.all(updates)) expect(update).toMatchObject({ written: true });
  expect(await rig.store.peek(ID)).toMatchObject({ record: { value: "abcdefgh" } });
  expect(store.calls).toEqual(["create", "update", "update"]);
});

test("a change that throws, or makes too much of a value, changes nothing", async () => {
  const rig = new CacheRig();
  const process = rig.process();
  await process.sessions.create(ID, "a");
  const fails = () => {
    throw new Error("no");
  };
  await expect(process.sessions.update(ID, fails)).rejects.toThrow("no");
  const large = process.sessions.update(ID, () => "x".repeat(300_000));
  await expect(large).rejects.toMatchObject({ code: "value-too-large" });
  expect(await valueAt(process, ID)).toBe("a");
  expect(await process.sessions.update(ID, append("b"))).toMatchObject({ record: { value: "ab" } });
});

test("an ended session is ended everywhere at once with a bus, and at the next round trip without", async () => {
  const rig = new CacheRig();
  const [a, b, deaf] = [rig.connected(), rig.connected(), rig.process()];
  await a.sessions.create(ID, "a");
  for (const process of [b, deaf]) await valueAt(process, ID);
  expect(await a.sessions.end(ID)).toEqual({ outcome: "ended", was: "live", written: true });
  await settled();
  expect(await valueAt(b, ID)).toBe("<ended>");
  expect(b.events).toContainEqual({ kind: "ended", id: ID });
  expect(await valueAt(deaf, ID)).toBe("a");
  await rig.clock.advance(TTL_MS / 10);
  expect(await valueAt(deaf, ID)).toBe("<ended>");
});

test("an end is answered once every process has heard of it, also one whose cache does not have the session", async () => {
  const rig = new CacheRig();
  const [a, b, c] = [rig.connected(), rig.connected(), rig.connected()];
  await a.sessions.create(ID, "a");
  await valueAt(b, ID);
  await a.sessions.end(ID);
  for (const { events } of [b, c])
    expect(events.filter(({ kind }) => kind === "ended")).toEqual([{ kind: "ended", id: ID }]);
});

test("a write is seen by the others at their next use with a bus", async () => {
  const rig = new CacheRig();
  const [a, b] = [rig.connected(), rig.connected()];
  await a.sessions.create(ID, "a");
  await valueAt(b, ID);
  await a.sessions.update(ID, append("b"));
  await settled();
  b.store.calls.length = 0;
  expect([await valueAt(b, ID), await valueAt(b, ID)]).toEqual(["ab", "ab"]);
  expect(b.store.calls).toEqual(["read"]);
});

test("after a gap of the bus nothing known is trusted before it was asked for again", async () => {
  const rig = new CacheRig();
  const [a, b] = [rig.connected(), rig.connected()];
  await a.sessions.create(ID, "a");
  await valueAt(b, ID);
  rig.network.disconnect();
  const ending = a.sessions.end(ID);
  await rig.clock.advance(100);
  await ending;
  expect(await valueAt(b, ID)).toBe("a");
  rig.network.connect();
  expect(await valueAt(b, ID)).toBe("<ended>");
});

test("a read that was under way when the session ended does not keep it", async () => {
  const rig = new CacheRig();
  const [a, b] = [rig.connected(), rig.connected()];
  await a.sessions.create(ID, "a");
  const gate = Promise.withResolvers<void>();
  b.store.after = () => gate.promise;
  const late = b.sessions.read(ID);
  await settled();
  await a.sessions.end(ID);
  await settled();
  gate.resolve();
  expect(await late).toMatchObject({ outcome: "found" });
  expect(b.sessions.statistics.entries).toBe(0);
  expect(await valueAt(b, ID)).toBe("<ended>");
});

test("a write that was heard of while the session was read is asked for at the next use", async () => {
  const rig = new CacheRig();
  const [a, b] = [rig.connected(), rig.connected()];
  await a.sessions.create(ID, "a");
  await valueAt(b, ID);
  await rig.clock.advance(TTL_MS / 10);
  const gate = Promise.withResolvers<void>();
  b.store.after = () => gate.promise;
  const late = valueAt(b, ID);
  await settled();
  await a.sessions.update(ID, append("b"));
  await settled();
  gate.resolve();
  expect(await late).toBe("a");
  expect(await valueAt(b, ID)).toBe("ab");
});

test("a read that a later one has overtaken changes nothing", async () => {
  const rig = new CacheRig();
  const [a, b] = [rig.process(), rig.process()];
  await a.sessions.create(ID, "a");
  const gate = Promise.withResolvers<void>();
  b.store.after = () => gate.promise;
  const overtaken = valueAt(b, ID);
  await settled();
  await a.sessions.update(ID, append("b"));
  b.store.after = async () => undefined;
  expect(await b.sessions.read(ID, { fresh: true })).toMatchObject({ record: { value: "ab" } });
  gate.resolve();
  expect(await overtaken).toBe("ab");
  expect(b.store.calls).toEqual(["read", "read"]);
});

test("a session that expired is not put back, even if it is held", async () => {
  const rig = new CacheRig();
  const process = rig.process();
  await process.sessions.create(ID, "a");
  process.sessions.hold(ID);
  await rig.clock.advance(TTL_MS * 1.2);
  expect(await valueAt(process, ID)).toBe("<missing>");
  expect(await process.sessions.update(ID, append("b"))).toEqual({ outcome: "missing" });
  expect(await rig.store.peek(ID)).toEqual({ outcome: "missing" });
});

test("a session that the store lost is put back by whoever holds it, and one that expired is not", async () => {
  const rig = new CacheRig();
  const [a, b] = [rig.process(), rig.process()];
  await a.sessions.create(ID, "a");
  await a.sessions.update(ID, append("b"));
  await rig.clock.advance(TTL_MS / 2);
  rig.store.forget(ID);
  expect(await valueAt(b, ID)).toBe("<missing>");
  expect(await valueAt(a, ID)).toBe("ab");
  expect(a.events).toContainEqual({ kind: "put-back", id: ID });
  expect(await valueAt(b, ID)).toBe("ab");
  await rig.clock.advance(TTL_MS * 1.2);
  expect(await valueAt(a, ID)).toBe("<missing>");
  expect(await rig.store.peek(ID)).toEqual({ outcome: "missing" });
});

test("a write upon a session that the store lost puts it back with the change", async () => {
  const rig = new CacheRig();
  const { sessions } = rig.process();
  await sessions.create(ID, "a");
  rig.store.forget(ID);
  const updated = { outcome: "updated", record: { value: "ab" }, written: true };
  expect(await sessions.update(ID, append("b"))).toMatchObject(updated);
  expect(await rig.store.peek(ID)).toMatchObject({ record: { value: "ab" } });
});

test("a store that went back to an earlier revision gets the later one again", async () => {
  const rig = new CacheRig();
  const process = rig.process();
  await process.sessions.create(ID, "a");
  await process.sessions.update(ID, append("b"));
  rig.store.forget(ID);
  await rig.store.create(ID, "a");
  await rig.clock.advance(TTL_MS / 10);
  expect(await valueAt(process, ID)).toBe("ab");
  expect(await rig.store.peek(ID)).toMatchObject({ record: { value: "ab", revision: 2.5 } });
});

test("a session that nobody uses leaves the cache, in slices, and a held one stays", async () => {
  const rig = new CacheRig();
  const { sessions, events } = rig.process();
  for (let index = 0; index < 1200; index++) await sessions.create(`${index}`, "");
  sessions.hold("7");
  await rig.clock.advance(TTL_MS * 1.2);
  expect(sessions.statistics.entries).toBe(1);
  expect(events.filter(({ kind }) => kind === "idle")).toHaveLength(1199);
});

test("a closed cache leaves no timer", async () => {
  const rig = new CacheRig();
  const { sessions, store } = rig.process();
  await sessions.create(ID, "a");
  store.fault = "away";
  await sessions.update(ID, append("b"));
  sessions.close();
  await rig.clock.advance(TTL_MS);
  expect(rig.clock.pending).toBe(0);
});

test.each([{ maxEntries: 0 }, { maxBytes: 1000 }, { ttlMs: 1 }, { minRetryMs: 9, maxRetryMs: 8 }])(
  "%o is a mistake",
  (options) => {
    expect(() => new CacheRig().process(options)).toThrow(/must be a whole number of at least/);
  },
);
