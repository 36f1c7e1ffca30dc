import { setTimeout } from "node:timers/promises";
import type { Cooldown } from "./cooldown.ts";
import type { Read } from "./key-source.ts";
import type { PublishedKeys } from "./published-keys.ts";

/** What a ring of keys is filled from. */
interface KeyRingOptions {
  readonly fetch: () => Promise<Read<PublishedKeys>>;
  readonly cooldown: Cooldown;
  /** Age at which keys are fetched again although none is missing: what was withdrawn is to be noticed. */
  readonly maxAgeMs: number;
  /** Time after a search for a key that was missing, in which no other search is made. */
  readonly restMs: number;
  /** How long a request waits for keys at most. */
  readonly maxWaitMs: number;
  /** Requests that wait for keys at once. */
  readonly maxWaiting: number;
  /** Milliseconds of a clock that is never set. */
  readonly monotonicMs: () => number;
  /** Other keys are published than before. */
  changed(): void;
}

/** Whether the keys are as new as may be: asked for just now, or shortly before. */
type Freshness = "fresh" | "unavailable";

/**
 * The keys of an issuer as last seen. One fetch is under way at most, a rest follows every search, and while the
 * issuer does not answer nobody waits for it: the keys that are known stay.
 */
class KeyRing {
  readonly #options: KeyRingOptions;
  #keys: PublishedKeys | undefined;
  #fetchedMs = -Infinity;
  #underWay: Promise<Freshness> | undefined;
  #waiting = 0;

  constructor(options: KeyRingOptions) {
    this.#options = options;
  }

  get current(): PublishedKeys | undefined {
    return this.#keys;
  }

  /** Milliseconds since the keys were last seen; undefined before they ever were. */
  get ageMs(): number | undefined {
    return this.#keys && this.#options.monotonicMs() - this.#fetchedMs;
  }

  /** Whole seconds until the issuer is asked again. */
  get retryAfterSeconds(): number {
    return this.#options.cooldown.waitSeconds(this.#options.monotonicMs());
  }

  /** Has the keys fetched if they are old; nobody waits for that. */
  keepUp(): void {
    const { monotonicMs, maxAgeMs, cooldown } = this.#options;
    const nowMs = monotonicMs();
    if (nowMs - this.#fetchedMs < maxAgeMs || this.#underWay !== undefined) return;
    if (cooldown.isDue(nowMs)) void this.#fetch(false);
  }

  /** Looks for newer keys, unless that was done a moment ago. Waits for a limited time, and not at all while the issuer is failing. */
  async renew(): Promise<Freshness> {
    const { cooldown, monotonicMs } = this.#options;
    const isFailing = cooldown.failures > 0;
    if (this.#underWay === undefined && !cooldown.isDue(monotonicMs()))
      return isFailing ? "unavailable" : "fresh";
    const fetched = this.#underWay ?? this.#fetch(this.#keys !== undefined);
    return isFailing ? "unavailable" : this.#wait(fetched);
  }

  async #wait(fetched: Promise<Freshness>): Promise<Freshness> {
    const { maxWaiting, maxWaitMs } = this.#options;
    if (this.#waiting >= maxWaiting) return "unavailable";
    this.#waiting += 1;
    const patience = new AbortController();
    try {
      const tired = setTimeout(maxWaitMs, "unavailable" as const, { signal: patience.signal });
      tired.catch(() => undefined);
      return await Promise.race([fetched, tired]);
    } finally {
      this.#waiting -= 1;
      patience.abort();
    }
  }

  #fetch(isSearch: boolean): Promise<Freshness> {
    this.#underWay = this.#take(isSearch).finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #take(isSearch: boolean): Promise<Freshness> {
    const { fetch, cooldown, monotonicMs, restMs, changed } = this.#options;
    const fetched = await fetch();
    if (!fetched.ok) {
      cooldown.failed(monotonicMs());
      return "unavailable";
    }
    const before = this.#keys?.identity;
    this.#keys = fetched.value;
    this.#fetchedMs = monotonicMs();
    // Whoever makes up names of keys sets off one search in each rest, and a new key is found at once otherwise.
    cooldown.answered(this.#fetchedMs, isSearch ? restMs : 0);
    if (before !== undefined && before !== fetched.value.identity) changed();
    return "fresh";
  }
}

export { KeyRing, type Freshness, type KeyRingOptions };
