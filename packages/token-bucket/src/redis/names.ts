import { hash } from "node:crypto";
import type { Bucket } from "../bucket.ts";

/** Which server's limits a store keeps; servers of one Redis share nothing. */
export interface LimitedServer {
  readonly namespace: string;
  readonly name: string;
}

/** A limit as a script is told of it. */
export interface LimitNames {
  readonly field: string;
  readonly tau: string;
  /** The longest tau in whole seconds and one more: as long as that before a debt of it can be forgotten. */
  readonly seconds: number;
  readonly secondsText: string;
  /** What was asked for last, so that it is put in words only when it is something else. */
  asked: Asked;
  /** What the batch that named it last calls it. */
  readonly called: Called;
}

/** An owner as a script is told of it: by the key of its hash, or by the number of that in the batch that named it last. */
export interface OwnerNames {
  readonly key: string;
  batch: number;
  number: number;
}

/** An increment in words: alone, and with tau as one row of a batch. */
interface Asked {
  readonly increment: number;
  readonly text: string;
  readonly row: string;
}

/** Numbers of a limit in a batch, 0 while it has none; those of another batch mean nothing. */
interface Called {
  batch: number;
  word: number;
  row: number;
  /** Which increment the row is for. */
  increment: number;
}

/** An increment of a limit in words. */
export function askedOf(limit: LimitNames, increment: number): Asked {
  if (limit.asked.increment !== increment) {
    const text = String(increment);
    limit.asked = { increment, text, row: `${limit.tau} ${text}` };
  }
  return limit.asked;
}

/** Numbers of a limit in this batch. */
export function calledIn(batch: number, { called }: LimitNames): Called {
  if (called.batch !== batch) {
    called.batch = batch;
    called.word = 0;
    called.row = 0;
  }
  return called;
}

const NOTHING_ASKED: Asked = { increment: Number.NaN, text: "", row: "" };
const MOST_REMEMBERED = 20_000;

/**
 * Where buckets lie: one hash for what all callers share and one for each owner, all in the slot of the server. Names are
 * hashes: of a fixed alphabet, so that no name can leave its slot or imitate another, without anybody's name in them,
 * and short, so that a hash of buckets stays a listpack.
 */
export class Names {
  readonly #base: string;
  /** Of those that all share. */
  readonly #everybody: OwnerNames;
  readonly #owners = new Map<string, OwnerNames>();
  readonly #limits = new Map<string, LimitNames>();
  #calls = 0;

  constructor(keyPrefix: string, { namespace, name }: LimitedServer) {
    this.#base = `${keyPrefix}{${digest(`${namespace.length}:${namespace}:${name}`, 11)}}:`;
    this.#everybody = { key: `${this.#base}s`, batch: 0, number: 0 };
  }

  /** Begins to name the buckets of one script call and numbers it; until the next, each limit and owner keeps its one object. */
  begin(): number {
    forgetOldest(this.#owners);
    forgetOldest(this.#limits);
    this.#calls += 1;
    return this.#calls;
  }

  /** The key of the hash of an owner's buckets, or of those that all share. */
  keyOf(owner: string | undefined): string {
    return this.ownerOf(owner).key;
  }

  /** What a script is told of an owner, or of everybody. */
  ownerOf(owner: string | undefined): OwnerNames {
    if (owner === undefined) return this.#everybody;
    let names = this.#owners.get(owner);
    if (names === undefined) {
      names = { key: `${this.#base}u:${digest(owner, 22)}`, batch: 0, number: 0 };
      this.#owners.set(owner, names);
    }
    return names;
  }

  /** What a script is told of a bucket's limit. */
  limitOf({ limitId, tauMicros }: Bucket): LimitNames {
    let names = this.#limits.get(limitId);
    if (names === undefined) {
      const seconds = Math.ceil(tauMicros / 1_000_000) + 1;
      names = {
        field: digest(limitId, 11),
        tau: String(tauMicros),
        seconds,
        secondsText: String(seconds),
        asked: NOTHING_ASKED,
        called: { batch: 0, word: 0, row: 0, increment: 0 },
      };
      this.#limits.set(limitId, names);
    }
    return names;
  }
}

/** Of 6 bits a character: 66 for what configuration names, 132 for what callers do. */
function digest(text: string, characters: number): string {
  // As UTF-8 all lone surrogates would be one character.
  return hash("sha256", Buffer.from(text, "utf16le"), "base64url").slice(0, characters);
}

/** Whatever came first goes first: what is still in use costs one hash to make again. */
function forgetOldest(cache: Map<string, unknown>): void {
  if (cache.size <= MOST_REMEMBERED) return;
  for (const oldest of cache.keys()) {
    cache.delete(oldest);
    if (cache.size <= MOST_REMEMBERED) return;
  }
}
