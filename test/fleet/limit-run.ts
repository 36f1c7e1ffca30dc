import { setTimeout as delay } from "node:timers/promises";
import { startMisbehaving } from "../fixtures/misbehaving/listen.ts";
import { configOf, http } from "../gateway/config.ts";
import type { StartedGateway } from "../gateway/start.ts";
import { BareTimer } from "./bare-timer.ts";
import { callAtOnce, newTally } from "./callers.ts";
import type { Tally } from "./callers.ts";
import { startFleet } from "./fleet.ts";
import type { Fleet } from "./fleet.ts";
import { readMetrics, total } from "./metrics.ts";

/** A limit of each user, as the configuration has it and as a number. */
export type UserLimit = { maxTokens: number; periodSeconds: number };

export type LimitRunOptions = {
  limit: UserLimit;
  /** The `sessionStorage` block. */
  storage: Record<string, unknown>;
  /** Calls in all; without it callers go on for `forMs`, and then until the limit has refused enough. */
  calls?: number;
  forMs?: number;
  /** What happens to gateways and store while callers call; resolves with how often the store came back empty. */
  meanwhile?: (fleet: Fleet) => Promise<number>;
};

/** What a run showed, and the most that the limit allows in its time. */
export type LimitRun = Tally & {
  /** Calls that the backend saw. */
  reached: number;
  /** Gateways that decided without the store at some time. */
  onTheirOwn: number;
  /** The most that may be admitted, to the unit. */
  atMost: number;
  /** Refusals since what happened meanwhile was over, so that there was still a limit; of a number of calls all refusals. */
  refusedAfterwards: number;
  /** The longest that a decision took. */
  longestCheckMs: number;
  /** Decisions that took longer than the deadline and 2 ms. */
  late: number;
  /** What a bare timer of the deadline took at most, beside the callers. */
  longestBareWaitMs: number;
};

const SIZE = 3;
const CALLERS = 20;
const SAMPLE_MS = 100;
/** As gateways wait for the store. */
const DEADLINE_MS = 30;
const LATE_SECONDS = "0.032";
/** Callers go on until they saw so many refusals after what happened, however slow the machine is; but not for ever. */
export const ENOUGH_REFUSALS = 20;
const LONGEST_MS = 40_000;

/** Twenty callers of one user share a limit over three gateways and one store. */
export async function limitRun(options: LimitRunOptions): Promise<LimitRun> {
  const { limit, storage, calls, forMs = 0, meanwhile } = options;
  const backend = await startMisbehaving();
  const fleet = await startFleet({
    size: SIZE,
    config: configOf([http("b", backend.url)], {
      incomingAuth: { type: "local" },
      sessionStorage: storage,
      rateLimiting: {
        perUser: { maxTokens: limit.maxTokens, refillPeriod: `${limit.periodSeconds}s` },
      },
    }),
  });
  const watched = new Watch();
  const watching = watched.follow(fleet);
  const bare = new BareTimer(DEADLINE_MS);
  const tally = newTally();
  // A number of calls is chosen to be above the limit by itself.
  let refusedBefore = calls === undefined ? Number.POSITIVE_INFINITY : 0;
  const refusedAfterwards = (): number => Math.max(0, tally.refused - refusedBefore);
  try {
    const startedMs = performance.now();
    const goesOn = (made: number): boolean => {
      if (calls !== undefined) return made < calls;
      const elapsedMs = performance.now() - startedMs;
      return elapsedMs < forMs || (elapsedMs < LONGEST_MS && refusedAfterwards() < ENOUGH_REFUSALS);
    };
    const happening = (async () => {
      const emptied = await meanwhile?.(fleet);
      if (calls === undefined) refusedBefore = tally.refused;
      return emptied ?? 0;
    })();
    const everyMs = calls === undefined ? 20 : 0;
    const load = { url: fleet.url, tool: "b_well", callers: CALLERS, goesOn, everyMs };
    const [, emptied] = await Promise.all([callAtOnce(load, tally), happening]);
    await watched.look(fleet.gateways);
    const reached = backend.received().filter(({ method }) => method === "tools/call").length;
    const { onTheirOwn, longestCheckMs, late } = watched;
    const atMost = mostAdmitted(limit, tally.elapsedMs, { onTheirOwn, emptied });
    const waits = { longestCheckMs, late, longestBareWaitMs: bare.longestMs };
    return {
      ...tally,
      reached,
      refusedAfterwards: refusedAfterwards(),
      onTheirOwn,
      ...waits,
      atMost,
    };
  } finally {
    bare.stop();
    watched.stop();
    await watching;
    await fleet.stop();
    await backend.close();
  }
}

/** Looks at the figures of gateways time and again, as one that is killed takes its own along. */
class Watch {
  readonly #alone = new Set<number>();
  readonly #late = new Map<number, number>();
  readonly #stopping = new AbortController();
  longestCheckMs = 0;

  get onTheirOwn(): number {
    return this.#alone.size;
  }

  get late(): number {
    return [...this.#late.values()].reduce((sum, count) => sum + count, 0);
  }

  async follow(fleet: Fleet): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      // One that is gone by now has nothing more to tell.
      await this.look(fleet.gateways).catch(() => undefined);
      await delay(SAMPLE_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  stop(): void {
    this.#stopping.abort();
  }

  async look(gateways: readonly StartedGateway[]): Promise<void> {
    await Promise.all(gateways.map((gateway) => this.#lookAt(gateway)));
  }

  async #lookAt({ origin, pid }: StartedGateway): Promise<void> {
    const samples = await readMetrics(origin);
    if (total(samples, "headgate_rate_limit_local_decisions_total") > 0) this.#alone.add(pid);
    const longest = total(samples, "headgate_rate_limit_longest_check_seconds");
    this.longestCheckMs = Math.max(this.longestCheckMs, longest * 1000);
    const latency = "toolhive_rate_limit_check_latency_seconds";
    const inTime = samples.filter(
      ({ name, labels }) => name === `${latency}_bucket` && labels["le"] === LATE_SECONDS,
    );
    this.#late.set(pid, total(samples, `${latency}_count`) - total(inTime, `${latency}_bucket`));
  }
}

/** (1 + P + E) × C + (1 + P) × r × W: what may pass in a window W when P processes decided alone and E stores began empty. */
export function mostAdmitted(
  { maxTokens, periodSeconds }: UserLimit,
  elapsedMs: number,
  { onTheirOwn, emptied }: { onTheirOwn: number; emptied: number },
): number {
  const refilled = Math.floor(((1 + onTheirOwn) * maxTokens * elapsedMs) / 1000 / periodSeconds);
  return (1 + onTheirOwn + emptied) * maxTokens + refilled;
}
