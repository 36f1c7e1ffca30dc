import { expect, test } from "vitest";
import { rolloutRun } from "./rollout-run.ts";

const SMALL = { clients: 24, rounds: 1, everyMs: 200, restMs: 100 };

const NOTHING_LOST = { lostSessions: 0, lostState: 0, repeated: 0, duplicated: 0 };

test("a rollout of every gateway fails no call and loses no session and nothing of what backends keep", async () => {
  const seen = await rolloutRun({ ...SMALL, signal: "SIGTERM" });
  expect(seen).toMatchObject({ ...NOTHING_LOST, replaced: 3, moreBackendSessions: 0 });
  expect(Object.fromEntries(seen.failed)).toEqual({});
  expect(seen.calls).toBeGreaterThan(SMALL.clients * 3);
  expect(seen.restored).toBeGreaterThan(0);
  expect(seen.leftAtBackends).toBe(0);
});

test("when gateways are killed, calls in flight on them fail, and every session goes on with what backends keep", async () => {
  const seen = await rolloutRun({ ...SMALL, signal: "SIGKILL" });
  expect(seen).toMatchObject({ ...NOTHING_LOST, replaced: 3 });
  expect([...seen.failed.keys()].filter((why) => why !== "HTTP 502")).toEqual([]);
  expect(seen.restored).toBeGreaterThan(0);
});
