import type { Bucket } from "../bucket.ts";
import { TokenBucketError } from "../error.ts";
import { costOf } from "../request.ts";
import type { TakeRequest } from "../store.ts";
import { batchScripts, type Width } from "./batch-script.ts";
import { incrementOf } from "./increment.ts";
import { rowOf, type Names } from "./names.ts";
import type { Script } from "./script-runner.ts";

/** A script call that decides several requests. */
export interface BatchCall {
  readonly script: Script;
  readonly keys: readonly string[];
  readonly args: readonly string[];
}

/** Numbers things from 1 in the order in which they are first named. */
class Numbering {
  readonly #numbers = new Map<string, number>();

  of(name: string): number {
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.#numbers.size + 1;
      this.#numbers.set(name, number);
    }
    return number;
  }

  get names(): readonly string[] {
    return [...this.#numbers.keys()];
  }
}

/** A hash of the batch: the fields it is asked for, and its longest tau. */
interface Hash {
  readonly number: number;
  readonly fields: string[];
  seconds: number;
}

/** Where a bucket is: the number of its hash, its place there. */
interface Place {
  readonly hash: number;
  readonly place: number;
}

/** Puts requests as `batchScripts` take them: each bucket once, hash by hash, then request by request. */
export function encodeBatch(
  requests: readonly TakeRequest[],
  states: boolean,
  names: Names,
): BatchCall {
  const hashes = new Map<string, Hash>();
  const places = new Map<string, Place>();
  const rows = new Numbering();
  const words = new Numbering();
  const asked: number[] = [];
  for (const request of requests) {
    const cost = costOf(request);
    asked.push(request.buckets.length);
    for (const bucket of request.buckets) {
      const { hash, place } = places.get(bucket.id) ?? placeOf(bucket, names, hashes, places);
      const increment = incrementOf(bucket, cost);
      const row = rowOf(names.limitOf(bucket), bucket.audit ? -increment : increment);
      asked.push(hash, place, rows.of(row));
    }
  }
  const read: number[] = [];
  for (const { fields, seconds } of hashes.values()) {
    read.push(fields.length, words.of(String(seconds)));
    for (const field of fields) read.push(words.of(field));
  }
  const numbers = rows.names;
  const program = [numbers.length, ...read, ...asked];
  const width = program.some((number) => number > 127) ? 2 : 1;
  return {
    script: batchScripts[width][states ? "states" : "verdicts"],
    keys: [...hashes.keys()],
    args: [textOf(program, width), ...numbers.join(" ").split(" "), ...words.names],
  };
}

function placeOf(
  bucket: Bucket,
  names: Names,
  hashes: Map<string, Hash>,
  places: Map<string, Place>,
): Place {
  const key = names.keyOf(bucket.owner);
  let hash = hashes.get(key);
  if (hash === undefined) {
    hash = { number: hashes.size + 1, fields: [], seconds: 0 };
    hashes.set(key, hash);
  }
  const { field, seconds } = names.limitOf(bucket);
  const place = { hash: hash.number, place: hash.fields.push(field) };
  hash.seconds = Math.max(hash.seconds, seconds);
  places.set(bucket.id, place);
  return place;
}

function textOf(program: readonly number[], width: Width): string {
  if (width === 1) return Buffer.from(program).toString("latin1");
  return program.map(twoCharacters).join("");
}

/** Both printable, the first counting 95s. */
function twoCharacters(number: number): string {
  if (number >= 95 * 95) {
    throw new TokenBucketError(
      "invalid-bound",
      "a batch names over 9,000 buckets of one hash, hashes or limits; take fewer requests at once",
    );
  }
  return String.fromCharCode(32 + Math.floor(number / 95), 32 + (number % 95));
}
