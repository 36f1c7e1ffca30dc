import type { LimitRejection, RateLimitConfig } from "@headgate/ratelimit-types";
import { compileLimits } from "./compile-limits.ts";
import { LimitTable } from "./limit-table.ts";
import type { Limit } from "./limit.ts";

/** The limits in force, and how callers are told of them. */
interface LimitsInForce {
  readonly table: LimitTable;
  readonly rejection: LimitRejection;
  readonly exposeQuota: boolean;
}

/** Holds the limits in force; they are changed in one step, and a request is decided by those it began with. */
class LiveLimits {
  #current: LimitsInForce;

  constructor(config: RateLimitConfig | undefined) {
    this.#current = inForce(config);
  }

  get current(): LimitsInForce {
    return this.#current;
  }

  /** Every limit, in the order in which they are asked. */
  get all(): readonly Limit[] {
    return this.#current.table.limits;
  }

  /** Puts others in force. Debts are kept where name, capacity and period of a limit stay. */
  change(config: RateLimitConfig | undefined): void {
    this.#current = inForce(config);
  }
}

function inForce(config: RateLimitConfig | undefined): LimitsInForce {
  return {
    table: new LimitTable(compileLimits(config ?? {})),
    rejection: config?.rejection ?? "result",
    exposeQuota: config?.exposeQuota ?? false,
  };
}

export { LiveLimits, type LimitsInForce };
