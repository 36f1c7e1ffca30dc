import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { HeldCount } from "./held.ts";
import type { Session } from "./session.ts";

/** As much of a session as is counted. */
function sessions(count: number, backends: readonly string[]): Map<string, Session> {
  const one = {
    openedStreams: { listening: true, keptEvents: 2 },
    openLinks: backends.map((backend) => [backend, {}] as const),
  };
  return new Map(Array.from({ length: count }, (_, n) => [`${n}`, one as unknown as Session]));
}

test("a few sessions are counted as they are now", () => {
  const held = new HeldCount();
  held.recount(sessions(5, ["a"]));
  expect(held.of(sessions(3, ["a", "b"]))).toMatchObject({
    sessions: 3,
    streams: 3,
    events: 6,
    backendSessions: new Map([
      ["a", 3],
      ["b", 3],
    ]),
  });
});

test("many sessions are told as they were last counted, but for their number", async () => {
  const held = new HeldCount();
  held.recount(sessions(2_000, ["a"]));
  for (let turn = 0; turn < 50; turn++) await setImmediate();
  expect(held.of(sessions(3_000, ["b"]))).toMatchObject({
    sessions: 3_000,
    streams: 2_000,
    events: 4_000,
    backendSessions: new Map([["a", 2_000]]),
  });
});

test("many sessions that were never counted are counted when asked", () => {
  expect(new HeldCount().of(sessions(2_000, []))).toMatchObject({ sessions: 2_000 });
});
