/** What Redis does when its memory is full: refuse writes, forget keys that expire, or forget any. */
export type EvictionPolicy =
  | "noeviction"
  | "volatile-lru"
  | "volatile-lfu"
  | "volatile-random"
  | "volatile-ttl"
  | "allkeys-lru"
  | "allkeys-lfu"
  | "allkeys-random"
  | "unknown";

// From the harmless to the worst.
const policies: readonly EvictionPolicy[] = [
  "unknown",
  "noeviction",
  "volatile-ttl",
  "volatile-random",
  "volatile-lfu",
  "volatile-lru",
  "allkeys-random",
  "allkeys-lfu",
  "allkeys-lru",
];

/** Reads the policy from what `INFO memory` or `CONFIG GET maxmemory-policy` answered. */
export function evictionPolicyOf(reply: unknown): EvictionPolicy {
  const text = Array.isArray(reply)
    ? String(reply[1])
    : /^maxmemory_policy:(\S+)/m.exec(String(reply))?.[1];
  return policies.find((policy) => policy === text) ?? "unknown";
}

/** The one of several servers' policies that loses most. */
export function worstPolicy(all: readonly EvictionPolicy[]): EvictionPolicy {
  const ranks = all.map((policy) => policies.indexOf(policy));
  return policies[Math.max(0, ...ranks)] ?? "unknown";
}
