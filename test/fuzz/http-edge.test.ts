import { afterAll, beforeAll, expect, test } from "vitest";
import { configOf, httpBackend, stdioBackend } from "../faults/gateway-config.ts";
import { metric } from "../faults/metrics.ts";
import { childrenOf, isAlive, peakRssBytes } from "../faults/process-table.ts";
import { Session } from "../faults/session.ts";
import { startEverything } from "../fixtures/everything/listen.ts";
import type { Everything } from "../fixtures/everything/listen.ts";
import { startGateway } from "../gateway/start.ts";
import type { StartedGateway } from "../gateway/start.ts";
import { fuzzHttpEdge } from "./http-edge.ts";

/** More cases for a long run. */
const CASES = Number(process.env["HEADGATE_FUZZ_CASES"] ?? 3_000);
const SEED = Number(process.env["HEADGATE_FUZZ_SEED"] ?? 20_251_125);
const TEST_TIMEOUT_MS = 60_000 + CASES * 20;
const MIB = 1024 * 1024;

let everything: Everything;
let gateway: StartedGateway;

beforeAll(async () => {
  everything = await startEverything({ port: 0 });
  const child = { ...stdioBackend("c", "on-call"), scope: "shared" };
  gateway = await startGateway({ config: configOf([httpBackend("f", everything.url), child]) });
});

afterAll(async () => {
  expect(await gateway.stop()).toBe(0);
  await everything.close();
});

test(
  `${CASES} requests, right, almost right and wild, are all answered as they should be`,
  { timeout: TEST_TIMEOUT_MS },
  async () => {
    const startedMs = performance.now();
    let figures: unknown;
    const peak = await peakRssBytes(gateway.pid, async () => {
      figures = await fuzzHttpEdge(gateway.url, CASES, SEED);
    });
    const seconds = Math.round((performance.now() - startedMs) / 1_000);
    console.log(
      JSON.stringify({ ...(figures as object), seconds, peakMiB: Math.round(peak / MIB) }),
    );
    expect(isAlive(gateway.pid)).toBe(true);
    expect(peak).toBeLessThan(400 * MIB);
    expect(await metric(gateway.origin, "headgate_sessions_live")).toBe(0);
    await expect.poll(() => metric(gateway.origin, "headgate_calls_in_flight")).toBe(0);
    await expect.poll(() => metric(gateway.origin, "headgate_streams_open")).toBe(0);
    expect(await childrenOf(gateway.pid)).toHaveLength(1);
    expect(gateway.logs()).not.toContain("failed in the gateway");
    const session = await Session.open(gateway.url);
    expect((await session.call("f_test_simple_text")).result).toBeDefined();
    expect((await session.call("c_echo")).result).toBeDefined();
    await session.close();
  },
);
