import { CLOCK_LINES } from "./clock-lines.ts";
import { scriptOf, type Script } from "./script-runner.ts";

/** How many buckets of a request lie in each of its hashes: `[2, 2]` is two in the first and two in the second. */
export type Shape = readonly number[];

/** What a request wants: to take, to take and hear what each bucket then owes, or only to hear that. */
export type Reading = "take" | "take-states" | "look";

/** Requests over more buckets than this go through the batch script, which has loops. */
export const MOST_UNROLLED = 8;

/**
 * The script for one request of a shape, without loops or tables that grow: unrolled it costs Redis a fifth less than
 * the same steps in loops. KEYS are the hashes. ARGV is one character per bucket (`1`: audited), the longest tau of
 * each hash in whole seconds and one more, and then of each bucket field, increment and tau.
 *
 * The answer to `take` is 0, or the short buckets as pairs of place (from 1, negative if audited) and wait in µs;
 * with states that list has before it what each bucket owes, in µs.
 */
export function takeScript(shape: Shape, reading: Reading): Script {
  const places = placesOf(shape);
  const lines = [
    "local A, K, call = ARGV, KEYS, redis.call",
    ...CLOCK_LINES,
    ...shape.map((_, hash) => readLine(places, hash)),
    "local back = false",
    ...places.flatMap(weighLines),
    ...(reading === "look" ? [] : takeLines(shape, places, reading)),
    ...answerLines(places, reading),
  ];
  return scriptOf(`${lines.join("\n")}\n`);
}

function takeLines(shape: Shape, places: readonly Place[], reading: Reading): readonly string[] {
  return [...refuseLines(places, reading), ...shape.flatMap((_, hash) => writeLines(places, hash))];
}

function answerLines(places: readonly Place[], reading: Reading): readonly string[] {
  if (reading === "look") return [`return {${owed("t", places)}}`];
  if (reading === "take") return ["return short or 0"];
  return [
    `local owed = {${owed("n", places)}}`,
    `for i = 1, short and #short or 0 do owed[${places.length} + i] = short[i] end`,
    "return owed",
  ];
}

/** Where a bucket of the request is: its hash, its place in the hash's reply, and its three arguments. */
interface Place {
  readonly number: number;
  readonly hash: number;
  readonly value: string;
  readonly field: string;
  readonly increment: string;
  readonly tau: string;
}

function placesOf(shape: Shape): readonly Place[] {
  const places: Place[] = [];
  for (const [hash, count] of shape.entries()) {
    for (let index = 0; index < count; index++) {
      const at = 2 + shape.length + 3 * places.length;
      places.push({
        number: places.length + 1,
        hash,
        value: `h${hash + 1}[${index + 1}]`,
        field: `A[${at}]`,
        increment: `A[${at + 1}]`,
        tau: `A[${at + 2}]`,
      });
    }
  }
  return places;
}

function readLine(places: readonly Place[], hash: number): string {
  const fields = places.filter((place) => place.hash === hash).map(({ field }) => field);
  return `local h${hash + 1} = call('HMGET', K[${hash + 1}], ${fields.join(", ")})`;
}

/** d: tau; e: the TAT of an empty bucket; r: the stored one; t: the same as it counts now; n: the same once charged. */
function weighLines({ number: b, value, increment, tau }: Place): readonly string[] {
  return [
    `local d${b}, r${b} = ${tau} + 0, (${value} or 0) + 0`,
    `local e${b}, t${b} = now + d${b}, r${b}`,
    `if t${b} < now then t${b} = now elseif t${b} > e${b} then t${b} = e${b} back = true end`,
    `local n${b} = t${b} + ${increment}`,
  ];
}

/** Nothing is written on a refusal, but what a clock that stepped back made void: debt beyond an empty bucket. */
function refuseLines(places: readonly Place[], reading: Reading): readonly string[] {
  return [
    "local short",
    `if ${places.map(({ number: b }) => `n${b} > e${b}`).join(" or ")} then`,
    `local refused, audits = false, A[1] ~= '${"0".repeat(places.length)}'`,
    ...places.flatMap(({ number: b }) => [
      `if n${b} > e${b} then`,
      `local at, over = ${b}, n${b} - e${b}`,
      `if audits and A[1]:byte(${b}) == 49 then at = -${b} n${b} = t${b} else refused = true end`,
      "if short then short[#short + 1] = at short[#short + 1] = over else short = {at, over} end",
      "end",
    ]),
    "if refused then",
    "if back then",
    ...places.map(
      ({ number: b, hash, field }) =>
        `if t${b} == e${b} then call('HSET', K[${hash + 1}], ${field}, t${b}) end`,
    ),
    "end",
    ...(reading === "take" ? [] : places.map(({ number: b }) => `n${b} = t${b}`)),
    ...answerLines(places, reading),
    "end",
    "end",
  ];
}

/**
 * A key must live until the last TAT in it. Time is cut into spans of tau: a TAT that comes into another span is at most
 * a tau ahead, so that a life of two taus from then on covers the span. Only then, when a TAT is now no further in its
 * span than it moved, is there anything to renew.
 */
function writeLines(places: readonly Place[], hash: number): readonly string[] {
  const key = `K[${hash + 1}]`;
  const moved = places
    .filter((place) => place.hash === hash)
    .map(({ number: b }) => `n${b} % d${b} <= n${b} - r${b}`);
  return [
    `call('HSET', ${key}, ${fieldsAnd("n", places, hash)})`,
    `if ${moved.join(" or ")} then`,
    `local life = 2 * A[${hash + 2}]`,
    `if call('TTL', ${key}) < life then call('EXPIRE', ${key}, life) end`,
    "end",
  ];
}

function fieldsAnd(letter: string, places: readonly Place[], hash: number): string {
  const own = places.filter((place) => place.hash === hash);
  return own.map(({ field, number }) => `${field}, ${letter}${number}`).join(", ");
}

function owed(letter: string, places: readonly Place[]): string {
  return places.map(({ number }) => `${letter}${number} - now`).join(", ");
}
