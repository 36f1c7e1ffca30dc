import { expect, test } from "vitest";
import {
  INITIAL_STATE,
  KeptState,
  withEntry,
  withoutEntry,
  type SessionState,
  type StateChange,
} from "./session-state.ts";

const level =
  (logLevel: string): StateChange =>
  (state) => ({ ...state, logLevel });

/** A store whose answers a test lets through one by one. */
function slowStore() {
  let stored: SessionState = INITIAL_STATE;
  const answers: (() => void)[] = [];
  return {
    answers,
    elsewhere: (change: StateChange) => (stored = change(stored)),
    share: async (change: StateChange) => {
      stored = change(stored);
      const agreed = stored;
      await new Promise<void>((resolve) => answers.push(resolve));
      return agreed;
    },
  };
}

test("a change shows here at once, also where there is nobody to share it with", async () => {
  const alone = new KeptState(INITIAL_STATE);
  const changed = alone.change(level("error"));
  expect(alone.current.logLevel).toBe("error");
  expect(await changed).toBe(alone.current);
});

test("what another process changed before is in what a change comes to", async () => {
  const store = slowStore();
  store.elsewhere((state) => ({ ...state, bound: withEntry(state.bound, "b", "p2") }));
  const state = new KeptState(INITIAL_STATE, store.share);
  const changed = state.change(level("error"));
  store.answers[0]?.();
  expect((await changed).bound.get("b")).toBe("p2");
  expect(state.current).toMatchObject({ logLevel: "error" });
  expect(state.current.bound.get("b")).toBe("p2");
});

test("what is read while a change is on its way does not undo it", async () => {
  const store = slowStore();
  const state = new KeptState(INITIAL_STATE, store.share);
  const changed = state.change(level("error"));
  state.adopt(INITIAL_STATE);
  expect(state.current.logLevel).toBe("error");
  store.answers[0]?.();
  await changed;
  state.adopt({ ...INITIAL_STATE, logLevel: "info" });
  expect(state.current.logLevel).toBe("info");
});

test("of two changes on their way the first answer does not undo the second", async () => {
  const store = slowStore();
  const state = new KeptState(INITIAL_STATE, store.share);
  const first = state.change(level("error"));
  const second = state.change(level("info"));
  store.answers[0]?.();
  await first;
  expect(state.current.logLevel).toBe("info");
  store.answers[1]?.();
  await second;
  expect(state.current.logLevel).toBe("info");
});

test.each([
  ["fails", async () => Promise.reject(new Error("broken"))],
  ["is not known to have worked", async () => undefined],
])("a change whose sharing %s stays here", async (_, share) => {
  const state = new KeptState(INITIAL_STATE, share);
  expect((await state.change(level("error"))).logLevel).toBe("error");
  expect(state.current.logLevel).toBe("error");
});

test("maps are never changed in place, and an entry that is written again is the newest", () => {
  const map = new Map([
    ["a", 1],
    ["b", 2],
  ]);
  expect([...withEntry(map, "a", 3)]).toEqual([
    ["b", 2],
    ["a", 3],
  ]);
  expect([...withoutEntry(map, "a")]).toEqual([["b", 2]]);
  expect(withoutEntry(map, "c")).toBe(map);
  expect([...map]).toHaveLength(2);
});

test("sessions of which nothing changed share one state, whoever keeps them", () => {
  const record = { ...INITIAL_STATE, clientInfo: "{}" };
  const state = new KeptState(record);
  expect(state.current).toBe(INITIAL_STATE);
  state.adopt({ ...record, logLevel: "debug" });
  expect(state.current).toEqual({ ...INITIAL_STATE, logLevel: "debug" });
  state.adopt(record);
  expect(state.current).toBe(INITIAL_STATE);
});
