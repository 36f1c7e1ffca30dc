import type { Decision } from "@headgate/token-bucket";
import type { Limit, LimitedRequest } from "../limits/limit.ts";
import { deciderOf, outcomeOf } from "./limit-outcome.ts";
import { limitSpanAttributes } from "./limit-span.ts";
import type { Log } from "./log.ts";

/** A limit that refuses again is not written of sooner than this. */
const QUIET_MS = 10_000;

/** Names that come from the catalogue; a URI may hold what is nobody's business. */
const NAMED: ReadonlySet<string> = new Set(["tools/call", "prompts/get"]);

interface Told {
  atMs: number;
  unsaid: number;
}

/**
 * Writes of refusals, and of those that only audited limits would have made: for each limit at most one line in ten
 * seconds, which says how many there were besides. Never who was refused.
 */
class RefusalLog {
  readonly #log: Log;
  readonly #now: () => number;
  readonly #told = new Map<string, Told>();

  constructor(log: Log, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  decided({ method, name }: LimitedRequest, limits: readonly Limit[], decision: Decision): void {
    const by = deciderOf(limits, decision);
    if (by === undefined) return;
    const outcome = outcomeOf(decision);
    const told = this.#toldOf(`${outcome} ${by.name}`);
    const nowMs = this.#now();
    if (nowMs - told.atMs < QUIET_MS) return void told.unsaid++;
    const unsaid = told.unsaid;
    told.atMs = nowMs;
    told.unsaid = 0;
    const fields = {
      limit: by.name,
      method,
      ...(NAMED.has(method) && { name }),
      ...(outcome === "audit_rejected" && { audit: true }),
      ...limitSpanAttributes(limits, decision),
      unsaid,
    };
    this.#log.info(fields, SENTENCES[outcome]);
  }

  #toldOf(key: string): Told {
    const known = this.#told.get(key);
    if (known !== undefined) return known;
    const made = { atMs: Number.NEGATIVE_INFINITY, unsaid: 0 };
    this.#told.set(key, made);
    return made;
  }
}

const SENTENCES = {
  allowed: "a request passed",
  rejected: "a limit refused a request",
  audit_rejected: "an audited limit would have refused a request",
} as const;

export { RefusalLog };
