import type { ApiClient, Written } from "../api/client.ts";
import type { ObjectName } from "../api/object.ts";
import { noLog, type Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Random } from "../time/backoff.ts";
import { sleep, systemClock, type Clock } from "../time/clock.ts";
import { claimOn, heldBy, released, sighted, type Sighting } from "./claim.ts";
import { leases, type Lease, type LeaseSpec } from "./lease.ts";
import { within } from "./within.ts";

/** Who wants to lead, by which lease. */
export interface CandidateOptions {
  readonly client: Pick<ApiClient, "get" | "create" | "replace">;
  readonly lease: Required<ObjectName>;
  /** Different for every process, as a Pod's name is. */
  readonly identity: string;
  /** How long others respect a lease that is not renewed, in milliseconds; 15 s by default. */
  readonly termMs?: number;
  /** Without a renewal for so long leadership is over; less than the term, 10 s by default. */
  readonly giveUpMs?: number;
  /** Between two attempts, in milliseconds; 2 s by default. */
  readonly everyMs?: number;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Log;
  readonly metrics?: Metrics;
}

/** One process that takes, holds and lets go of a lease. */
export class Candidate {
  readonly #options: CandidateOptions;
  readonly #termMs: number;
  readonly #giveUpMs: number;
  readonly #everyMs: number;
  readonly #clock: Clock;
  #sighting: Sighting | undefined;
  /** When the request was sent that made the lease ours for the last time. */
  #heldSinceMs = 0;

  constructor(options: CandidateOptions) {
    const { termMs = 15_000, giveUpMs = 10_000, everyMs = 2_000 } = options;
    if (!(everyMs < giveUpMs && giveUpMs < termMs)) {
      throw new RangeError("A lease needs everyMs < giveUpMs < termMs.");
    }
    this.#options = options;
    this.#termMs = termMs;
    this.#giveUpMs = giveUpMs;
    this.#everyMs = everyMs;
    this.#clock = options.clock ?? systemClock;
  }

  /** Waits until the lease is ours; false when the signal aborted before. */
  async acquire(signal: AbortSignal): Promise<boolean> {
    const { random = Math.random } = this.#options;
    let failed = false;
    while (!signal.aborted) {
      try {
        const taken = await within(this.#clock, this.#giveUpMs, signal, (limit) =>
          this.#tryTake(limit),
        );
        // What was taken long ago, as the answer took its time, may be another's by now.
        if (taken === true && !signal.aborted && this.#leftMs() > 0) return true;
        failed = false;
      } catch (err) {
        if (signal.aborted) break;
        if (!failed) this.#warn(err, "a lease cannot be read or taken, and trying goes on");
        failed = true;
      }
      // Candidates that wait for the same moment should not all write in it.
      await sleep(this.#clock, this.#everyMs * (1 + random() / 5), signal);
    }
    return false;
  }

  /** Renews the lease until the signal aborts (true), or until it is lost (false). */
  async hold(signal: AbortSignal): Promise<boolean> {
    let failed = false;
    while (!signal.aborted) {
      await sleep(this.#clock, Math.min(this.#everyMs, this.#leftMs()), signal);
      if (signal.aborted) return true;
      if (this.#leftMs() <= 0) return false;
      try {
        const renewed = await within(this.#clock, this.#leftMs(), signal, (limit) =>
          this.#update((before) => this.#held(before), limit),
        );
        if (renewed === false) return signal.aborted;
        failed = false;
      } catch (err) {
        if (!failed && !signal.aborted) this.#warn(err, "a lease could not be renewed");
        failed = true;
      }
    }
    return true;
  }

  /** Lets go of the lease, so that another need not wait; does its best and never rejects. */
  async release(): Promise<void> {
    const { signal } = new AbortController();
    try {
      await within(this.#clock, this.#giveUpMs, signal, (limit) =>
        this.#update((before) => released(before, this.#clock.wallMs()), limit),
      );
    } catch (err) {
      this.#warn(err, "a lease could not be released; it will expire");
    }
  }

  #leftMs(): number {
    return this.#heldSinceMs + this.#giveUpMs - this.#clock.monotonicMs();
  }

  async #tryTake(signal: AbortSignal): Promise<boolean> {
    const { client, lease, identity } = this.#options;
    const found = await client.get(leases, lease, signal);
    this.#sighting = sighted(this.#sighting, found, this.#clock.monotonicMs());
    const claim = claimOn(this.#sighting, identity, this.#clock.monotonicMs());
    const spec = this.#held(found?.spec);
    return claim.step !== "wait" && (await this.#write(spec, signal));
  }

  // Changes the lease if it is ours, and false when it is not any more.
  async #update(change: (before: LeaseSpec) => LeaseSpec, signal: AbortSignal): Promise<boolean> {
    if (await this.#write(change(this.#sighting?.lease?.spec ?? {}), signal)) return true;
    const { client, lease, identity } = this.#options;
    const found = await client.get(leases, lease, signal);
    if (found?.spec?.holderIdentity !== identity) return false;
    // Ours, but somebody else wrote to it too, or we did and were not told.
    this.#sighting = sighted(this.#sighting, found, this.#clock.monotonicMs());
    return this.#write(change(found.spec), signal);
  }

  #held(before: LeaseSpec | undefined): LeaseSpec {
    const wallMs = this.#clock.wallMs();
    return heldBy(this.#options.identity, { before, termMs: this.#termMs, wallMs });
  }

  // False when another version of the lease was there.
  async #write(spec: LeaseSpec, signal: AbortSignal): Promise<boolean> {
    const { client, lease } = this.#options;
    const found = this.#sighting?.lease;
    const sentMs = this.#clock.monotonicMs();
    const written: Written<Lease> = await (found === undefined
      ? client.create(leases, { metadata: { ...lease }, spec }, { signal })
      : client.replace(leases, { ...found, spec }, { signal }));
    if (written.outcome !== "written") return false;
    this.#sighting = sighted(this.#sighting, written.object, this.#clock.monotonicMs());
    this.#heldSinceMs = sentMs;
    return true;
  }

  #warn(err: unknown, message: string): void {
    const { log = noLog, lease, identity } = this.#options;
    log.warn({ err, lease: `${lease.namespace}/${lease.name}`, identity }, message);
  }
}
