import { TokenBucketError } from "../error.ts";
import { costOf } from "../request.ts";
import type { TakeRequest } from "../store.ts";
import { batchScripts, type Width } from "./batch-script.ts";
import { incrementOf } from "./increment.ts";
import { askedOf, calledIn, type LimitNames, type Names } from "./names.ts";
import type { Script } from "./script-runner.ts";

/** A script call that decides several requests. */
export interface BatchCall {
  readonly script: Script;
  readonly keys: readonly string[];
  readonly args: readonly string[];
}

/** A hash of the batch, of which the first is number 1, and what it is asked for. */
interface Hash {
  readonly number: number;
  readonly key: string;
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
  readonly #batch: number;
  readonly #hashes: Hash[] = [];
  /** Tau and increment of each row. */
  readonly #numbers: string[] = [];
  readonly #rows = new Map<string, number>();
  readonly #words: string[] = [];
  /** The words that are whole seconds. */
  readonly #seconds = new Map<string, number>();
  readonly #asked: number[] = [];
  #mostBuckets = 0;

  constructor(names: Names) {
    this.#names = names;
    this.#batch = names.begin();
  }

  add(request: TakeRequest): void {
    const cost = costOf(request);
    const { buckets } = request;
    const asked = this.#asked;
    asked.push(buckets.length);
    if (buckets.length > this.#mostBuckets) this.#mostBuckets = buckets.length;
    let hash: Hash | undefined;
    let ownerOfHash: string | undefined;
    for (const bucket of buckets) {
      const { owner } = bucket;
      // As a rule several buckets of one owner come one after the other.
      if (hash === undefined || owner !== ownerOfHash) hash = this.#hashOf(owner);
      ownerOfHash = owner;
      const limit = this.#names.limitOf(bucket);
      const increment = incrementOf(bucket, cost);
      const row = this.#rowOf(limit, bucket.audit ? -increment : increment);
      asked.push(hash.number, placeIn(hash, limit), row);
    }
  }

  finish(states: boolean): BatchCall {
    const rows = this.#rows.size;
    const program = [rows];
    for (const { limits } of this.#hashes) {
      program.push(limits.length, this.#secondsOf(limits));
      for (const limit of limits) program.push(this.#wordOf(limit));
    }
    const words = this.#words.length;
    // No place is above the number of words, as each limit has one.
    const most = Math.max(rows, words, this.#hashes.length, this.#mostBuckets);
    const width = most < 128 ? 1 : 2;
    return {
      script: batchScripts[width][states ? "states" : "verdicts"],
      keys: this.#hashes.map(({ key }) => key),
      args: [textOf(program.concat(this.#asked), width), ...this.#numbers, ...this.#words],
    };
  }

  #hashOf(owner: string | undefined): Hash {
    const names = this.#names.ownerOf(owner);
    const known = names.batch === this.#batch ? this.#hashes[names.number - 1] : undefined;
    if (known !== undefined) return known;
    const made = { number: this.#hashes.length + 1, key: names.key, limits: [] };
    this.#hashes.push(made);
    names.batch = this.#batch;
    names.number = made.number;
    return made;
  }

  /** Limits of equal tau and increment share a row. */
  #rowOf(limit: LimitNames, increment: number): number {
    const called = calledIn(this.#batch, limit);
    if (called.row > 0 && called.increment === increment) return called.row;
    const asked = askedOf(limit, increment);
    let row = this.#rows.get(asked.row);
    if (row === undefined) {
      row = this.#rows.size + 1;
      this.#rows.set(asked.row, row);
      this.#numbers.push(limit.tau, asked.text);
    }
    called.row = row;
    called.increment = increment;
    return row;
  }

  #wordOf(limit: LimitNames): number {
    const called = calledIn(this.#batch, limit);
    if (called.word === 0) called.word = this.#words.push(limit.field);
    return called.word;
  }

  /** The word for the longest tau among limits. */
  #secondsOf(limits: readonly LimitNames[]): number {
    let longest = limits[0] as LimitNames;
    for (const limit of limits) if (limit.seconds > longest.seconds) longest = limit;
    let word = this.#seconds.get(longest.secondsText);
    if (word === undefined) {
      word = this.#words.push(longest.secondsText);
      this.#seconds.set(longest.secondsText, word);
    }
    return word;
  }
}

/** Where a limit is in a hash, from 1. */
function placeIn({ limits }: Hash, limit: LimitNames): number {
  const known = limits.indexOf(limit);
  return known < 0 ? limits.push(limit) : known + 1;
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
