import type { SessionStore } from "../src/store/session-store.ts";
import { unavailable, type Unavailable } from "../src/unavailable.ts";

/** `away`: nothing is executed. `deaf`: executed, but the answer is lost. `full`: only what writes is refused. */
export type Fault = "none" | "away" | "deaf" | "full";

/** A store that can be made to fail, and counts what it is asked. */
export class FaultyStore implements SessionStore {
  fault: Fault = "none";
  readonly calls: string[] = [];
  /** Every call waits for these, on its way to the store and on its way back. */
  before: () => Promise<unknown> = async () => undefined;
  after: () => Promise<unknown> = async () => undefined;
  readonly #store: SessionStore;

  constructor(store: SessionStore) {
    this.#store = store;
  }

  create: SessionStore["create"] = (id, value) =>
    this.#call("create", () => this.#store.create(id, value));
  read: SessionStore["read"] = (id) => this.#call("read", () => this.#store.read(id));
  peek: SessionStore["peek"] = (id) => this.#call("peek", () => this.#store.peek(id));
  update: SessionStore["update"] = (id, change, known) =>
    this.#call("update", () => this.#store.update(id, change, known));
  end: SessionStore["end"] = (id) => this.#call("end", () => this.#store.end(id));
  restoreMissing: SessionStore["restoreMissing"] = (id, record) =>
    this.#call("restoreMissing", () => this.#store.restoreMissing(id, record));

  async #call<Outcome>(
    name: keyof SessionStore,
    run: () => Promise<Outcome>,
  ): Promise<Outcome | Unavailable> {
    this.calls.push(name);
    const { fault } = this;
    await this.before();
    if (fault === "away") return unavailable("store-away", 1000);
    if (fault === "full" && name !== "read" && name !== "peek")
      return unavailable("store-full", 1000);
    const outcome = await run();
    await this.after();
    return fault === "deaf" ? unavailable("store-away", 1000, { executed: "unknown" }) : outcome;
  }
}
