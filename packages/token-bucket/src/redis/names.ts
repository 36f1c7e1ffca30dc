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
  /** Tau and the increment that was asked for last, as a batch has them. */
  row: { readonly increment: number; readonly text: string };
}

/** Tau and an increment in one text, made anew only when the increment is another than last time. */
export function rowOf(limit: LimitNames, increment: number): string {
  if (limit.row.increment !== increment)
    limit.row = { increment, text: `${limit.tau} ${increment}` };
  return limit.row.text;
}

const NO_ROW = { increment: Number.NaN, text: "" };
const MOST_REMEMBERED = 20_000;

/**
 * Where buckets lie: one hash for what all callers share and one for each owner, all in the slot of the server. Names are
 * hashes: of a fixed alphabet, so that no name can leave its slot or imitate another, without anybody's name in them,
 * and short, so that a hash of buckets stays a listpack.
 */
export class Names {
  readonly #base: string;
  readonly #shared: string;
  readonly #owners = new Map<string, string>();
  readonly #limits = new Map<string, LimitNames>();

  constructor(keyPrefix: string, { namespace, name }: LimitedServer) {
    this.#base = `${keyPrefix}{${digest(`${namespace.length}:${namespace}:${name}`, 11)}}:`;
    this.#shared = `${this.#base}s`;
  }

  /** The key of the hash of an owner's buckets, or of those that all share. */
  keyOf(owner: string | undefined): string {
    if (owner === undefined) return this.#shared;
    let key = this.#owners.get(owner);
    if (key === undefined) {
      key = `${this.#base}u:${digest(owner, 22)}`;
      remember(this.#owners, owner, key);
    }
    return key;
  }

  /** What a script is told of a bucket's limit. */
  limitOf({ limitId, tauMicros }: Bucket): LimitNames {
    let names = this.#limits.get(limitId);
    if (names === undefined) {
      const seconds = Math.ceil(tauMicros / 1_000_000) + 1;
      names = { field: digest(limitId, 11), tau: String(tauMicros), seconds, row: NO_ROW };
      remember(this.#limits, limitId, names);
    }
    return names;
  }
}

/** Of 6 bits a character: 66 for what configuration names, 132 for what callers do. */
function digest(text: string, characters: number): string {
  // As UTF-8 all lone surrogates would be one character.
  return hash("sha256", Buffer.from(text, "utf16le"), "base64url").slice(0, characters);
}

function remember<Value>(cache: Map<string, Value>, name: string, value: Value): void {
  // Whatever came first goes first: what is still in use costs one hash to make again.
  if (cache.size >= MOST_REMEMBERED)
    for (const oldest of cache.keys()) if (cache.delete(oldest)) break;
  cache.set(name, value);
}
