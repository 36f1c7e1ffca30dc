import { resourceOf, type Kind } from "../api/kind.ts";
import type { Log } from "../telemetry/log.ts";
import type { Ending, NextStep } from "./next-step.ts";

/** Tells a person when an informer is in trouble, and when it is not any more; and nothing in between. */
export class Trouble {
  readonly #log: Log;
  readonly #fields: Readonly<Record<string, unknown>>;
  #told = false;

  constructor(informer: { log: Log; kind: Kind; selection: { readonly namespace?: string } }) {
    const { log, kind, selection } = informer;
    this.#log = log;
    this.#fields = { resource: resourceOf(kind), namespace: selection.namespace };
  }

  /** Takes note of how a list or a watch ended. */
  ended(ending: Ending, { failures }: NextStep): void {
    const { reason } = ending;
    // The ends that every watch comes to are no news, and neither is one failure.
    if (reason === "closed" || reason === "silent" || reason === "gone") return;
    if (this.#told || failures < 2) return;
    this.#told = true;
    const fields = { ...this.#fields, reason, err: ending.error };
    this.#log.warn(fields, "an informer cannot list or watch, and goes on trying");
  }

  /** Takes note that something was heard. */
  over(): void {
    if (!this.#told) return;
    this.#told = false;
    this.#log.info(this.#fields, "an informer is in step again");
  }
}
