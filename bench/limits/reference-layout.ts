import { createHash } from "node:crypto";
import type { Redis } from "ioredis";
import { AMPLE, ownerOf } from "./workload.ts";

/*
 * The layout to compare with: one hash of two fields for each bucket, a rate with six decimals, and per decision
 * HMGET, HSET and EXPIRE of each bucket, whether it is admitted or refused.
 */
export const referenceScript = `
local count = tonumber(ARGV[1])
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local levels, refusing = {}, 0
for i = 1, count do
  local most, rate = tonumber(ARGV[1 + i]), tonumber(ARGV[1 + count + i])
  local held = redis.call('HMGET', KEYS[i], 'tokens', 'last_refill')
  local level, last = tonumber(held[1]), tonumber(held[2])
  if not level then level, last = most, now end
  level = math.min(most, level + math.max(0, now - last) / 1000000 * rate)
  levels[i] = level
  if level < 1 and refusing == 0 then refusing = i end
end
for i = 1, count do
  local level = levels[i]
  if refusing == 0 then level = level - 1 end
  redis.call('HSET', KEYS[i], 'tokens', level, 'last_refill', now)
  redis.call('EXPIRE', KEYS[i], ARGV[1 + 2 * count + i])
end
return refusing
`;

const sha1 = createHash("sha1").update(referenceScript).digest("hex");

/** Keys of the four buckets of a call. */
export function referenceKeys(user: string, tool: string): readonly string[] {
  const base = "thv:rl:{default:files}:";
  return [
    `${base}shared`,
    `${base}shared:tool:${tool}`,
    `${base}user:${user}`,
    `${base}user-tool:${tool}:${user}`,
  ];
}

/** Arguments for four buckets, of which the first may refuse. */
export function referenceArguments(
  shared: { capacity: number; periodMicros: number } = AMPLE,
): readonly string[] {
  const limits = [shared, AMPLE, AMPLE, AMPLE];
  const seconds = limits.map(({ periodMicros }) => periodMicros / 1_000_000);
  return [
    "4",
    ...limits.map(({ capacity }) => String(capacity)),
    ...limits.map(({ capacity }, index) => (capacity / (seconds[index] ?? 1)).toFixed(6)),
    ...seconds.map((period) => String(Math.ceil(2 * period))),
  ];
}

const ample = referenceArguments();

/** One decision in that layout; the script must have been loaded. */
export async function decideInReferenceLayout(
  client: Redis,
  user: number,
  tool: number,
): Promise<boolean> {
  const keys = referenceKeys(ownerOf(user), `tool_number_${tool}`);
  return (await client.evalsha(sha1, keys.length, ...keys, ...ample)) === 0;
}
