import { DemoFailure } from "./failure.ts";
import type { LogRecord } from "./log-record.ts";

const NAMES_AN_ERROR = /^[\w ]*error( \[\w+\])?:/i;

/** Waits in the gateway's log until every backend of a list works. */
export class AwaitedBackends {
  readonly #missing: Set<string>;
  readonly #lastWords = new Map<string, string>();
  readonly #all = Promise.withResolvers<void>();

  constructor(names: readonly string[]) {
    this.#missing = new Set(names);
    // A failure may come before anybody waits for it.
    this.#all.promise.catch(() => undefined);
  }

  /** Takes what the gateway logs. */
  heard(record: LogRecord): void {
    if (record.msg === "backend process wrote to stderr") {
      const before = this.#lastWords.get(record.backend) ?? "";
      // After the line that names the error, a stack follows, which names nothing.
      if (!NAMES_AN_ERROR.test(before)) this.#lastWords.set(record.backend, record.line);
    }
    if (record.msg === "backend is not healthy") this.#failed(record.backend, record.reason);
    if (record.msg === "backend is healthy") {
      this.#missing.delete(record.backend);
      if (this.#missing.size === 0) this.#all.resolve();
    }
  }

  /** Resolves when all work; rejects with a DemoFailure as soon as one fails, or when the time is over. */
  async within(timeoutMs: number): Promise<void> {
    const timer = setTimeout(() => {
      const names = [...this.#missing].join(", ");
      this.#all.reject(
        new DemoFailure(`No answer within ${timeoutMs / 1000} seconds from: ${names}.`),
      );
    }, timeoutMs);
    await this.#all.promise.finally(() => clearTimeout(timer));
  }

  #failed(backend: string, reason = `The backend ${backend} does not work.`): void {
    const words = this.#lastWords.get(backend);
    const said = words === undefined ? "" : `; it said: ${words}`;
    this.#all.reject(new DemoFailure(`${reason.replace(/\.$/, "")}${said}`));
  }
}
