import { parseDuration, type Problem } from "@headgate/ratelimit-types";
import type { Operational } from "./gateway-config/operational.ts";
import { completeOperational } from "./operational-defaults.ts";

/** The longest time a timer of the runtime can be set for, in milliseconds: almost 25 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;
const US_PER_MS = 1_000;

type Path = Problem["path"];

interface Duration {
  readonly path: Path;
  readonly text: string;
  readonly mayBeZero: boolean;
}

/** Everything wrong with the durations of an `operational` block that the schema accepts; paths are relative to the block. */
export function checkOperational(operational: Operational | undefined): Problem[] {
  const complete = completeOperational(operational);
  const { failureHandling } = complete;
  const problems = durationsOf(complete).flatMap(checkDuration);
  const [timeout, interval] = [
    failureHandling.healthCheckTimeout,
    failureHandling.healthCheckInterval,
  ].map(microseconds);
  if (timeout !== undefined && interval !== undefined && timeout >= interval) {
    const message = `healthCheckTimeout (${failureHandling.healthCheckTimeout}) must be shorter than healthCheckInterval (${failureHandling.healthCheckInterval})`;
    problems.push(error(["failureHandling", "healthCheckTimeout"], message));
  }
  return problems;
}

function durationsOf(operational: ReturnType<typeof completeOperational>): Duration[] {
  const { timeouts, failureHandling, drain, sessions, processes, startupWait } = operational;
  const perWorkload = Object.entries(timeouts?.perWorkload ?? {});
  const positive = [
    ...(timeouts === undefined ? [] : [[["timeouts", "default"], timeouts.default] as const]),
    ...perWorkload.map(([name, text]) => [["timeouts", "perWorkload", name], text] as const),
    [["failureHandling", "healthCheckInterval"], failureHandling.healthCheckInterval],
    [["failureHandling", "healthCheckTimeout"], failureHandling.healthCheckTimeout],
    [["failureHandling", "statusReportingInterval"], failureHandling.statusReportingInterval],
    [["failureHandling", "circuitBreaker", "timeout"], failureHandling.circuitBreaker.timeout],
    [["sessions", "idleTimeout"], sessions.idleTimeout],
    [["processes", "idleTimeout"], processes.idleTimeout],
  ] as const;
  const natural = [
    [["startupWait"], startupWait],
    [["drain", "delay"], drain.delay],
    [["drain", drain.timeout === undefined ? "gracePeriod" : "timeout"], drain.gracePeriod],
  ] as const;
  return [
    ...positive.map(([path, text]) => ({ path, text, mayBeZero: false })),
    ...natural.map(([path, text]) => ({ path, text, mayBeZero: true })),
  ];
}

function checkDuration({ path, text, mayBeZero }: Duration): Problem[] {
  const parsed = parseDuration(text);
  if (!parsed.ok) return [error(path, parsed.problem)];
  const milliseconds = parsed.microseconds / US_PER_MS;
  if (milliseconds > MAX_TIMER_MS)
    return [error(path, `${text} is too long: the longest time is 596h (24 days)`)];
  if (milliseconds === 0 && mayBeZero) return [];
  if (milliseconds < 1) return [error(path, `${text} is too short: the shortest time is 1ms`)];
  return [];
}

function microseconds(text: string): number | undefined {
  const parsed = parseDuration(text);
  return parsed.ok ? parsed.microseconds : undefined;
}

function error(path: Path, message: string): Problem {
  return { path, severity: "error", message };
}
