import type { Jobs, LoopAnswer, LoopAsk } from "./jobs.ts";
import { quantile } from "./quantile.ts";
import { Session } from "./session.ts";

/** Sessions that make requests, each on a connection of its own, kept open from one job to the next. */
export class Callers {
  readonly #sessions = new Map<string, Session[]>();

  /** Runs a closed loop. */
  async loop(ask: LoopAsk): Promise<LoopAnswer> {
    const sessions = await this.#of(ask.url, ask.callers);
    const latencies: number[] = [];
    const start = performance.now();
    const stop = start + ask.durationMs;
    await Promise.all(
      sessions.map(async (session) => {
        for (let before = performance.now(); before < stop;) {
          await (ask.request === "call" ? session.call(ask.tool) : session.list());
          const after = performance.now();
          latencies.push((after - before) * 1000);
          before = after;
        }
      }),
    );
    const wallMicros = (performance.now() - start) * 1000;
    const sorted = Float64Array.from(latencies).toSorted();
    return {
      requests: sorted.length,
      wallMicros,
      p50Micros: quantile(sorted, 0.5),
      p99Micros: quantile(sorted, 0.99),
    };
  }

  /** Sends calls at a fixed rate from sixteen sessions. */
  async arrivals(ask: Jobs["arrivals"]["ask"]): Promise<Jobs["arrivals"]["answer"]> {
    const idle = [...(await this.#of(ask.url, 16))];
    const calls: Promise<void>[] = [];
    let errors = 0;
    const start = performance.now();
    const total = Math.round((ask.perSecond * ask.durationMs) / 1000);
    while (calls.length < total) {
      const due = Math.min(total, Math.floor(((performance.now() - start) * ask.perSecond) / 1000));
      while (calls.length < due) {
        const session = idle.pop();
        // A caller's connection would count as one of the gateway's: a late call waits for one that is there.
        if (session === undefined) break;
        const call = session.call(ask.tool).catch(() => void (errors += 1));
        calls.push(call.finally(() => idle.push(session)));
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await Promise.all(calls);
    return { calls: total, errors };
  }

  /** Ends all sessions and closes their connections. */
  async hangUp(): Promise<void> {
    const all = [...this.#sessions.values()].flat();
    this.#sessions.clear();
    await Promise.allSettled(all.map(async (session) => session.delete()));
    for (const session of all) session.close();
  }

  async #of(url: string, count: number): Promise<readonly Session[]> {
    const open = this.#sessions.get(url) ?? [];
    this.#sessions.set(url, open);
    while (open.length < count) open.push(await Session.open(new URL(url)));
    return open.slice(0, count);
  }
}
