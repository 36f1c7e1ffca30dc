import { setTimeout as delay } from "node:timers/promises";
import { startMisbehaving } from "../fixtures/misbehaving/listen.ts";
import { configOf, http } from "../gateway/config.ts";
import type { StartedGateway } from "../gateway/start.ts";
import { callAtOnce } from "./callers.ts";
import type { Tally } from "./callers.ts";
import { startFleet } from "./fleet.ts";
import type { Fleet } from "./fleet.ts";
import { readMetrics, total, upperBound } from "./metrics.ts";

/** A limit of each user, as the configuration has it and as a number. */
export type UserLimit = { maxTokens: number; periodSeconds: number };

export type LimitRunOptions = {
  limit: UserLimit;
  /** The `sessionStorage` block. */
  storage: Record<string, unknown>;
  /** Calls in all; without it callers go on for `forMs`. */
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
  /** No decision of a gateway that was not killed took longer, in seconds, by the bounds of its histogram. */
  longestCheckSeconds: number;
};

const SIZE = 3;
const CALLERS = 20;
const SAMPLE_MS = 100;

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
  try {
    const end = performance.now() + forMs;
    const [tally, emptied = 0] = await Promise.all([
      callAtOnce({
        url: fleet.url,
        tool: "b_well",
        callers: CALLERS,
        goesOn: (made) => (calls === undefined ? performance.now() < end : made < calls),
        everyMs: calls === undefined ? 20 : 0,
      }),
      meanwhile?.(fleet),
    ]);
    await watched.look(fleet.gateways);
    const reached = backend.received().filter(({ method }) => method === "tools/call").length;
    const { onTheirOwn, longestCheckSeconds } = watched;
    const atMost = mostAdmitted(limit, tally.elapsedMs, { onTheirOwn, emptied });
    return { ...tally, reached, onTheirOwn, longestCheckSeconds, atMost };
  } finally {
    watched.stop();
    await watching;
    await fleet.stop();
    await backend.close();
  }
}

/** Looks at the figures of gateways time and again, as one that is killed takes its own along. */
class Watch {
  readonly #alone = new Set<number>();
  readonly #stopping = new AbortController();
  longestCheckSeconds = 0;

  get onTheirOwn(): number {
    return this.#alone.size;
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
    const longest = upperBound(samples, "toolhive_rate_limit_check_latency_seconds");
    if (total(samples, "headgate_rate_limit_local_decisions_total") > 0) this.#alone.add(pid);
    this.longestCheckSeconds = Math.max(this.longestCheckSeconds, longest);
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
