import type { RateLimitBucket } from "./bucket.ts";
import type { RateLimitConfig } from "./config.ts";
import { parseDuration } from "./duration.ts";
import type { Problem } from "./problem.ts";
import type { LimitedMethod, RateLimitRule } from "./rule.ts";

/** Below this time per token, in microseconds, integer arithmetic no longer keeps the configured rate. */
export const MIN_TOKEN_INTERVAL_US = 10;
/** Below this time per token, in microseconds, the kept rate may be up to 0.1 % lower than configured. */
export const EXACT_TOKEN_INTERVAL_US = 1_000;
/** Longest refill period, in microseconds: a hundred years, so that every sum of times stays below 2^53. */
export const MAX_REFILL_PERIOD_US = 876_000 * 3_600 * 1_000_000;

type Path = Problem["path"];

/** Everything wrong with limits that the schema accepts: durations and rates, in the order of the fields. */
export function checkRateLimits(config: RateLimitConfig): Problem[] {
  const problems = [
    ...checkBucket(config.shared, ["shared"]),
    ...checkBucket(config.perUser, ["perUser"]),
  ];
  for (const [index, tool] of (config.tools ?? []).entries()) {
    problems.push(...checkBucket(tool.shared, ["tools", index, "shared"]));
    problems.push(...checkBucket(tool.perUser, ["tools", index, "perUser"]));
  }
  for (const [index, rule] of (config.rules ?? []).entries()) {
    problems.push(...checkBucket(rule.bucket, ["rules", index, "bucket"]));
    problems.push(...checkMatch(rule, ["rules", index, "match"]));
  }
  return problems;
}

/** Methods whose requests name a tool, prompt or resource, and so reach one backend. */
const NAMING: ReadonlySet<LimitedMethod> = new Set<LimitedMethod>([
  "tools/call",
  "prompts/get",
  "resources/read",
  "completion/complete",
  "resources/subscribe",
  "resources/unsubscribe",
]);

function checkMatch({ match }: RateLimitRule, path: Path): Problem[] {
  const given = (["names", "backends"] as const).filter((key) => match?.[key] !== undefined);
  if (given.length === 0) return [];
  return (match?.operations ?? []).flatMap((method, index) => {
    if (NAMING.has(method)) return [];
    const message = `${method} names nothing and belongs to no backend, so it never matches ${given.join(" or ")}; give it a rule of its own`;
    return [error([...path, "operations", index], message)];
  });
}

function checkBucket(bucket: RateLimitBucket | undefined, path: Path): Problem[] {
  if (bucket === undefined) return [];
  const at = [...path, "refillPeriod"];
  const period = parseDuration(bucket.refillPeriod);
  if (!period.ok) return [error(at, period.problem)];
  if (period.microseconds === 0) {
    return [
      error(
        at,
        "refillPeriod must be longer than 0; write the time in which the bucket fills up, such as 1m0s",
      ),
    ];
  }
  if (period.microseconds > MAX_REFILL_PERIOD_US) {
    return [
      error(
        at,
        "refillPeriod must be at most 876000h (100 years); without a limit, leave the bucket out",
      ),
    ];
  }
  return checkRate(bucket, period.microseconds, path);
}

function checkRate(
  { maxTokens, refillPeriod }: RateLimitBucket,
  periodUs: number,
  path: Path,
): Problem[] {
  const intervalUs = periodUs / maxTokens;
  const rate = `${maxTokens} tokens per ${refillPeriod}`;
  if (intervalUs < MIN_TOKEN_INTERVAL_US) {
    const message = `${rate} is more than 100,000 per second, which cannot be limited exactly; lower maxTokens or lengthen refillPeriod`;
    return [error(path, message)];
  }
  if (intervalUs < EXACT_TOKEN_INTERVAL_US) {
    const message = `${rate} is more than 1,000 per second: the rate kept may be up to ${shortfall(intervalUs)} lower than written`;
    return [{ path, severity: "warning", message }];
  }
  return [];
}

// A token takes a whole number of microseconds, rounded up: the shortfall is below one microsecond per token.
function shortfall(intervalUs: number): string {
  return `${((1 / intervalUs) * 100).toFixed(1)} %`;
}

function error(path: Path, message: string): Problem {
  return { path, severity: "error", message };
}
