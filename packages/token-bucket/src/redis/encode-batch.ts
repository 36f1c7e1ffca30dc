import type { Bucket } from "../bucket.ts";
import { TokenBucketError } from "../error.ts";
import { costOf } from "../request.ts";
import type { TakeRequest } from "../store.ts";
import { batchScripts, type Width } from "./batch-script.ts";
import { incrementOf } from "./increment.ts";
import { rowOf, type LimitNames, type Names } from "./names.ts";
import type { Script } from "./script-runner.ts";

/** A script call that decides several requests. */
export interface BatchCall {
  readonly script: Script;
  readonly keys: readonly string[];
  readonly args: readonly string[];
}

/** A hash of the batch, and what it is asked for. */
interface Hash {
  readonly number: number;
  /** By id, which all buckets of a limit share. */
  readonly limitIds: string[];
  readonly limits: LimitNames[];
}

/** Puts requests as `batchScripts` take them: each bucket once, hash by hash, then request by request. */
export function encodeBatch(
  requests: readonly TakeRequest[],
  states: boolean,
  names: Names,
): BatchCall {
  const encoding = new BatchEncoding(names);
  for (const request of requests) encoding.add(request);
  return encoding.finish(states);
}

class BatchEncoding {
  readonly #names: Names;
  readonly #hashes = new Map<string | undefined, Hash>();
  readonly #rows = new Map<string, number>();
  /** Tau and increment of each row. */
  readonly #numbers: string[] = [];
  readonly #asked: number[] = [];

  constructor(names: Names) {
    this.#names = names;
  }

  add(request: TakeRequest): void {
    const cost = costOf(request);
    const { buckets } = request;
    this.#asked.push(buckets.length);
    for (const bucket of buckets) {
      const limit = this.#names.limitOf(bucket);
      const hash = this.#hashOf(bucket.owner);
      const increment = incrementOf(bucket, cost);
      const row = this.#rowOf(limit, bucket.audit ? -increment : increment);
      this.#asked.push(hash.number, placeIn(hash, bucket, limit), row);
    }
  }

  finish(states: boolean): BatchCall {
    const words = new Map<string, number>();
    const program = [this.#rows.size];
    const keys: string[] = [];
    for (const [owner, { limits }] of this.#hashes) {
      keys.push(this.#names.keyOf(owner));
      const seconds = limits.reduce((most, limit) => Math.max(most, limit.seconds), 0);
      program.push(limits.length, numberOf(words, String(seconds)));
      for (const { field } of limits) program.push(numberOf(words, field));
    }
    for (const number of this.#asked) program.push(number);
    const width = program.every((number) => number < 128) ? 1 : 2;
    return {
      script: batchScripts[width][states ? "states" : "verdicts"],
      keys,
      args: [textOf(program, width), ...this.#numbers, ...words.keys()],
    };
  }

  #hashOf(owner: string | undefined): Hash {
    let hash = this.#hashes.get(owner);
    if (hash === undefined) {
      hash = { number: this.#hashes.size + 1, limitIds: [], limits: [] };
      this.#hashes.set(owner, hash);
    }
    return hash;
  }

  #rowOf(limit: LimitNames, increment: number): number {
    const text = rowOf(limit, increment);
    let row = this.#rows.get(text);
    if (row === undefined) {
      row = this.#rows.size + 1;
      this.#rows.set(text, row);
      this.#numbers.push(limit.tau, String(increment));
    }
    return row;
  }
}

/** Where a bucket is in its hash, from 1. */
function placeIn({ limitIds, limits }: Hash, { limitId }: Bucket, limit: LimitNames): number {
  const known = limitIds.indexOf(limitId);
  if (known >= 0) return known + 1;
  limits.push(limit);
  return limitIds.push(limitId);
}

/** Numbers words from 1 in the order in which they are first named. */
function numberOf(words: Map<string, number>, word: string): number {
  let number = words.get(word);
  if (number === undefined) {
    number = words.size + 1;
    words.set(word, number);
  }
  return number;
}

/** Longer lists are more arguments than a function takes. */
const MOST_AT_ONCE = 10_000;

function textOf(program: readonly number[], width: Width): string {
  if (width === 1 && program.length < MOST_AT_ONCE) return String.fromCharCode(...program);
  return program.map(width === 1 ? oneCharacter : twoCharacters).join("");
}

function oneCharacter(number: number): string {
  return String.fromCharCode(number);
}

/** Both printable, the first counting 95s. */
function twoCharacters(number: number): string {
  if (number >= 95 * 95) {
    throw new TokenBucketError(
      "invalid-bound",
      "a batch names over 9,000 hashes, limits or buckets of one hash; take fewer requests at once",
    );
  }
  return String.fromCharCode(32 + Math.floor(number / 95), 32 + (number % 95));
}
