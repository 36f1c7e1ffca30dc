import { LRUCache } from "lru-cache";
import type { Posted } from "./envelope.ts";

// Senders are processes; those that are gone are forgotten when as many others have come.
const MAX_SENDERS = 4096;

/** What an arriving message is: as expected, after a hole, or one that was overtaken or has come before. */
export type Arrival = "next" | "after-gap" | "late";

/** Watches the order of messages of each sender on one channel. */
export class Arrivals {
  readonly #latest = new LRUCache<string, number>({ max: MAX_SENDERS });
  readonly #isDense: boolean;

  /** `isDense`: each sender's messages are numbered without a hole here. */
  constructor(isDense: boolean) {
    this.#isDense = isDense;
  }

  judge({ from, life, sequence }: Posted): Arrival {
    const sender = `${from} ${life}`;
    const latest = this.#latest.get(sender);
    if (latest !== undefined && sequence <= latest) return "late";
    this.#latest.set(sender, sequence);
    // What a sender said before this process listened is not missed.
    const isHole = this.#isDense && latest !== undefined && sequence > latest + 1;
    return isHole ? "after-gap" : "next";
  }
}
