import { expect, test } from "vitest";
import { loadConfig } from "../config/load.ts";
import { LiveLimits } from "../limits/live-limits.ts";
import { createLog } from "../telemetry/log.ts";
import { createMetrics } from "../telemetry/metrics.ts";
import { ConfigReload } from "./reload-config.ts";

const BASE = `name: demo
incomingAuth: { type: anonymous }
outgoingAuth: { source: inline }
aggregation:
  conflictResolution: prefix
  conflictResolutionConfig: { prefixFormat: "{workload}_" }
sessionStorage: { provider: memory }
`;
const BACKENDS = "backends: [{ name: a, transport: stdio, command: a }]\n";
const limited = (maxTokens: number): string =>
  `rateLimiting: { shared: { maxTokens: ${maxTokens}, refillPeriod: 1h } }\n`;

function loaded(text: string) {
  return loadConfig({ text, env: {} });
}

function rig(text: string) {
  const first = loaded(text);
  if (!first.ok) throw new Error(JSON.stringify(first.problems));
  const lines: { level: string; msg: string; problems?: string[] }[] = [];
  const log = createLog({
    level: "info",
    format: "json",
    destination: { write: (line: string) => void lines.push(JSON.parse(line) as never) },
  });
  const changed: string[][] = [];
  const limits = new LiveLimits(first.config.rateLimiting);
  const metrics = createMetrics({ server: "s", namespace: "n", version: "1", process: false });
  const reload = new ConfigReload({
    running: first.config,
    limits,
    changeBackends: ({ backends }) => changed.push(backends.map(({ name }) => name)),
    log,
    meter: metrics.reloads,
    now: () => 5_000,
  });
  const metric = async (name: string): Promise<string | undefined> =>
    (await metrics.text()).split("\n").find((line) => line.startsWith(name));
  return {
    reload,
    limits,
    lines,
    metric,
    changed,
    take: (next: string) => reload.take(loaded(next)),
  };
}

const capacities = ({ all }: LiveLimits): number[] => all.map(({ bucket }) => bucket.capacity);

test("changed limits are in force at once", async () => {
  const { reload, limits, take, metric } = rig(BASE + BACKENDS + limited(5));
  expect(reload.status).toBeUndefined();
  take(BASE + BACKENDS + limited(7));
  expect(capacities(limits)).toEqual([7]);
  expect(reload.status).toEqual({
    outcome: "applied",
    atMs: 5_000,
    problems: [],
    needsRestart: [],
  });
  expect(await metric('headgate_config_reloads_total{outcome="applied"}')).toMatch(/ 1$/);
});

test("limits can be taken away, and come for the first time", () => {
  const { limits, take } = rig(BASE + BACKENDS);
  take(BASE + BACKENDS + limited(3));
  expect(capacities(limits)).toEqual([3]);
  take(BASE + BACKENDS);
  expect(capacities(limits)).toEqual([]);
});

test("an invalid file is refused whole, with the reasons told, and the limits stay", async () => {
  const { reload, limits, lines, take, metric } = rig(BASE + BACKENDS + limited(5));
  take(`${BASE}${BACKENDS}${limited(0)}colour: red\n`);
  expect(capacities(limits)).toEqual([5]);
  expect(reload.status?.outcome).toBe("refused");
  expect(reload.status?.problems.join("\n")).toContain("rateLimiting.shared.maxTokens");
  expect(reload.status?.problems.join("\n")).toContain("colour");
  expect(lines.at(-1)).toMatchObject({ level: "error", problems: reload.status?.problems });
  expect(await metric('headgate_config_reloads_total{outcome="refused"}')).toMatch(/ 1$/);
  expect(await metric("headgate_config_valid")).toMatch(/ 0$/);
  take(BASE + BACKENDS + limited(6));
  expect([capacities(limits), reload.status?.outcome]).toEqual([[6], "applied"]);
  expect(await metric("headgate_config_valid")).toMatch(/ 1$/);
});

test("what cannot change while the gateway runs is named, for as long as it differs", () => {
  const { reload, limits, lines, take } = rig(BASE + BACKENDS + limited(5));
  take(
    `${BASE}${BACKENDS}${limited(9)}telemetry: { enablePrometheusMetricsPath: false }\ngroupRef: x\n`,
  );
  expect(capacities(limits)).toEqual([9]);
  expect(reload.status?.needsRestart).toEqual(["groupRef", "telemetry"]);
  expect(lines.map(({ msg }) => msg)).toContain("needs a restart: groupRef, telemetry");
  take(BASE + BACKENDS + limited(9));
  expect(reload.status?.needsRestart).toEqual([]);
});

test("changed backends are in force at once, and are named only when they changed", () => {
  const { reload, changed, take } = rig(BASE + BACKENDS + limited(5));
  take(`${BASE}backends: [{ name: b, transport: stdio, command: b }]\n${limited(5)}`);
  take(`${BASE}backends: [{ name: b, transport: stdio, command: b }]\n${limited(6)}`);
  expect(changed).toEqual([["b"]]);
  expect(reload.running.backends.map(({ name }) => name)).toEqual(["b"]);
  expect(reload.status?.needsRestart).toEqual([]);
});

test("a file that says the same changes nothing, and costs no debt", () => {
  const { limits, take } = rig(BASE + BACKENDS + limited(5));
  const before = limits.current;
  take(`# a comment\n${BASE}${BACKENDS}${limited(5)}`);
  expect(limits.current).toBe(before);
});
