import { hash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Verdict } from "./verdict.ts";

interface Kept {
  readonly verdict: Verdict;
  readonly untilMs: number;
}

/** Tokens that are remembered; of those let in and those not, as many of the one kind as of the other. */
const MAX_TOKENS = 10_000;

/**
 * What was found out about tokens, by a hash of each, so that no token is kept. Tokens that are not let in
 * never push out any that are.
 */
class VerdictCache {
  readonly #admitted = new LRUCache<string, Kept>({ max: MAX_TOKENS });
  readonly #refused = new LRUCache<string, Kept>({ max: MAX_TOKENS });

  /** What a token is remembered by. */
  keyOf(token: string): string {
    return hash("sha256", token, "base64url");
  }

  /** What is known of a token, unless its time is over. */
  get(key: string, nowMs: number): Verdict | undefined {
    const kept = this.#admitted.get(key) ?? this.#refused.get(key);
    return kept !== undefined && nowMs < kept.untilMs ? kept.verdict : undefined;
  }

  keep(key: string, verdict: Verdict, untilMs: number): void {
    (verdict.refusal === undefined ? this.#admitted : this.#refused).set(key, { verdict, untilMs });
  }

  /** Forgets everything, such as when what it was found with changed. */
  clear(): void {
    this.#admitted.clear();
    this.#refused.clear();
  }

  get size(): { readonly admitted: number; readonly refused: number } {
    return { admitted: this.#admitted.size, refused: this.#refused.size };
  }
}

export { VerdictCache };
