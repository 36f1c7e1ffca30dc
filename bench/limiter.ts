/*
 * What one in-process limiter decision costs: node --conditions=@headgate/source bench/limiter.ts
 */
import { defineBucket, memoryStore, type Bucket, type TakeRequest } from "@headgate/token-bucket";

const USERS = 5_000;
const TOOLS = 20;
const ROUNDS = 5;
const CALLS = 500_000;

interface Limit {
  readonly capacity: number;
  readonly periodMicros: number;
}

/** Never used up, and never repaid between two calls of one user: one unit a second. */
const AMPLE: Limit = { capacity: 10_000_000, periodMicros: 10_000_000_000_000 };
/** Repaid after 10 µs: every call of a user makes two new buckets and drops two old ones. */
const FLEETING: Limit = { capacity: 6_000_000, periodMicros: 60_000_000 };
const SCARCE: Limit = { capacity: 10, periodMicros: 86_400_000_000 };

/** One request per user: shared, tool, user, and user-and-tool bucket, or the first of them. */
function requests(bucketsPerCall: number, limit: Limit): readonly TakeRequest[] {
  const shared = defineBucket({ key: "shared", ...limit });
  const tools = Array.from({ length: TOOLS }, (_, tool) =>
    defineBucket({ key: `tool ${tool}`, ...limit }),
  );
  return Array.from({ length: USERS }, (_, user) => {
    const tool = (user * 7919) % TOOLS;
    const all = [
      shared,
      tools[tool] as Bucket,
      defineBucket({ key: `user ${user}`, ...limit }),
      defineBucket({ key: `user ${user} tool ${tool}`, ...limit }),
    ];
    return { buckets: all.slice(0, bucketsPerCall) };
  });
}

function nanosPerDecision(mix: readonly TakeRequest[], expectAllowed: boolean): number {
  const store = memoryStore();
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    let allowed = 0;
    const start = process.hrtime.bigint();
    for (let call = 0; call < CALLS; call++) {
      if (store.take(mix[call % mix.length] as TakeRequest).allowed) allowed += 1;
    }
    best = Math.min(best, Number(process.hrtime.bigint() - start) / CALLS);
    if (expectAllowed !== allowed > CALLS / 2)
      throw new Error(`${allowed} of ${CALLS} were allowed`);
  }
  return Math.round(best);
}

console.table({
  "2 buckets, admitted": { nanoseconds: nanosPerDecision(requests(2, AMPLE), true) },
  "4 buckets, admitted": { nanoseconds: nanosPerDecision(requests(4, AMPLE), true) },
  "4 buckets, admitted, 2 of them new": {
    nanoseconds: nanosPerDecision(requests(4, FLEETING), true),
  },
  "4 buckets, refused": { nanoseconds: nanosPerDecision(requests(4, SCARCE), false) },
});
