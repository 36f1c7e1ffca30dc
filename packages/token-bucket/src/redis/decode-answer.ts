import type { Bucket } from "../bucket.ts";
import { stateOf, type BucketState } from "../gcra.ts";
import type { Decision, DecisionSource, TakeRequest } from "../store.ts";

/** A bucket that could not give what was asked: where it stands in the request, and for how long it cannot. */
export interface Short {
  readonly index: number;
  readonly waitMicros: number;
}

/** What a script said of one request. */
export interface Answer {
  readonly short: readonly Short[];
  readonly states: readonly BucketState[];
}

const NOTHING_SHORT: readonly Short[] = Object.freeze([]);
const NO_STATES: readonly BucketState[] = Object.freeze([]);
/** Every bucket was charged. */
export const PASSED: Answer = Object.freeze({ short: NOTHING_SHORT, states: NO_STATES });
const NONE: readonly number[] = Object.freeze([]);

/** Reads a script's answer to one request; `order` says which bucket each place is about. Throws a `TypeError` for anything else. */
export function decodeAnswer(
  reply: unknown,
  buckets: readonly Bucket[],
  states: boolean,
  order?: readonly number[],
): Answer {
  if (reply === 0 && !states) return PASSED;
  if (!isNumbers(reply)) throw new TypeError(`a limiter script answered ${typeof reply}`);
  const owed = states ? buckets.length : 0;
  const short: Short[] = [];
  for (let at = owed; at + 1 < reply.length; at += 2) {
    const place = Math.abs(reply[at] ?? 0) - 1;
    short.push({ index: order?.[place] ?? place, waitMicros: reply[at + 1] ?? 0 });
  }
  // Places go hash by hash; a decision names buckets in the order of the request.
  if (order !== undefined && short.length > 1) short.sort((a, b) => a.index - b.index);
  return { short, states: states ? statesOf(reply, buckets, order) : NO_STATES };
}

/** The replies to single requests in that to a batch, by their places; a request without one passes. */
export function answersOf(reply: unknown, states: boolean): ReadonlyMap<number, unknown> {
  const answers = new Map<number, unknown>();
  if (!Array.isArray(reply)) return answers;
  for (const [index, answer] of (reply as readonly unknown[]).entries()) {
    if (states) answers.set(index, answer);
    else if (isNumbers(answer)) answers.set((answer[0] ?? 0) - 1, answer.slice(1));
  }
  return answers;
}

/** What every request that passes is told, whose answer has nothing more to say. */
const passedBy: Readonly<Record<DecisionSource, Decision>> = {
  store: passed("store"),
  batch: passed("batch"),
  "deny-cache": passed("deny-cache"),
  local: passed("local"),
};

function passed(source: DecisionSource): Decision {
  return Object.freeze({ allowed: true, source, states: NO_STATES, auditRefusedBy: NONE });
}

/** The decision that an answer is. */
export function decisionOf(
  { buckets, cost = 1 }: TakeRequest,
  { short, states }: Answer,
  source: DecisionSource,
): Decision {
  if (short.length === 0 && states.length === 0) return passedBy[source];
  if (short.length === 0) return { allowed: true, source, states, auditRefusedBy: NONE };
  const refusedBy: number[] = [];
  const auditRefusedBy: number[] = [];
  let retryAfterMicros: number | undefined = 0;
  for (const { index, waitMicros } of short) {
    const bucket = buckets[index];
    if (bucket === undefined || bucket.audit) {
      auditRefusedBy.push(index);
      continue;
    }
    refusedBy.push(index);
    if (cost * bucket.weight > bucket.capacity) retryAfterMicros = undefined;
    else if (retryAfterMicros !== undefined && waitMicros > retryAfterMicros)
      retryAfterMicros = waitMicros;
  }
  if (refusedBy.length === 0) return { allowed: true, source, states, auditRefusedBy };
  return {
    allowed: false,
    source,
    reason: "limit",
    refusedBy,
    retryAfterMicros,
    states,
    auditRefusedBy,
  };
}

function statesOf(
  owed: readonly number[],
  buckets: readonly Bucket[],
  order: readonly number[] | undefined,
): readonly BucketState[] {
  const states: BucketState[] = [];
  for (let place = 0; place < buckets.length; place++) {
    const index = order?.[place] ?? place;
    const bucket = buckets[index];
    // A debt is a TAT as seen from a clock at 0.
    if (bucket !== undefined) states[index] = stateOf(owed[place] ?? 0, 0, bucket);
  }
  return states;
}

function isNumbers(reply: unknown): reply is readonly number[] {
  return Array.isArray(reply) && reply.every((item) => typeof item === "number");
}
