import type { Decision } from "@headgate/token-bucket";
import { scopeOf, type Limit } from "../limits/limit.ts";
import type { MetricBook } from "./exposition.ts";
import type { LimitOutcome } from "./limit-outcome.ts";
import type { Cell, Family } from "./series.ts";

/** The reference's count: each bucket of a request that passes, the first refusing one of a request that does not. */
class BucketCounts {
  readonly #family: Family<Cell>;
  readonly #labels: readonly [namespace: string, server: string];
  readonly #known = new WeakMap<Limit, Record<LimitOutcome, Cell>>();

  constructor(book: MetricBook, labels: readonly [namespace: string, server: string]) {
    this.#family = book.counter(
      "toolhive_rate_limit_decisions_total",
      "Decisions of rate-limit buckets: one per bucket when a call passes, one when it is refused",
      ["namespace", "server", "decision", "scope", "operation_type"],
    );
    this.#labels = labels;
  }

  count(limits: readonly Limit[], decision: Decision): void {
    if (!decision.allowed) {
      const first = limits[decision.refusedBy[0] ?? 0];
      if (first !== undefined) this.#cellsOf(first).rejected.add();
      return;
    }
    for (const [index, limit] of limits.entries()) {
      const cells = this.#cellsOf(limit);
      (decision.auditRefusedBy.includes(index) ? cells.audit_rejected : cells.allowed).add();
    }
  }

  #cellsOf(limit: Limit): Record<LimitOutcome, Cell> {
    const known = this.#known.get(limit);
    if (known !== undefined) return known;
    const cell = (decision: LimitOutcome): Cell =>
      this.#family.of(...this.#labels, decision, scopeOf(limit), limit.operation);
    const made = {
      allowed: cell("allowed"),
      rejected: cell("rejected"),
      audit_rejected: cell("audit_rejected"),
    };
    this.#known.set(limit, made);
    return made;
  }
}

export { BucketCounts };
