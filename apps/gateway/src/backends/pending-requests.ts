import { GatewayError } from "../rpc/errors.ts";
import { memberSpan, memberText } from "../rpc/member-span.ts";
import { idKey } from "../rpc/message.ts";
import { tokenKey, type Asker } from "./attribution.ts";
import type { Exchange, OutgoingRequest } from "./port.ts";

/** A request under way on a channel that answers by id. */
interface Pending extends Asker {
  /** As its asker wrote it. */
  readonly id: string;
  readonly exchange: Exchange;
  readonly asked: Set<string>;
  /** It asked to be run as a task, whose progress goes on after the first answer. */
  readonly task: boolean;
  /** Settles when the request is on its way. */
  sent: Promise<void>;
}

/** Tasks whose progress is still let through after their first answer. */
const MAX_TASK_TOKENS = 256;

/** The requests under way on one channel, by id, and the progress tokens that outlive them. */
class PendingRequests {
  readonly #byKey = new Map<string, Pending>();
  readonly #taskTokens = new Set<string>();

  /** Throws `invalid-request` when one with this id is under way, or when the request gives a key twice. */
  add({ id, text }: OutgoingRequest, exchange: Exchange): Pending {
    const key = idKey(id);
    if (this.#byKey.has(key))
      throw new GatewayError(
        "invalid-request",
        "Invalid request: another request with this id is still under way.",
      );
    const pending: Pending = {
      id,
      exchange,
      token: tokenKey(memberText(text, "params", "_meta", "progressToken")),
      method: JSON.parse(memberText(text, "method") ?? '""') as string,
      task: memberSpan(text, "params", "task") !== undefined,
      asked: new Set(),
      sent: Promise.resolve(),
    };
    this.#byKey.set(key, pending);
    return pending;
  }

  /** All of them, oldest first. */
  get all(): readonly Pending[] {
    return [...this.#byKey.values()];
  }

  get taskTokens(): ReadonlySet<string> {
    return this.#taskTokens;
  }

  /** The request that `id` (JSON text) means. */
  withId(id: string): Pending | undefined {
    return this.#byKey.get(idKey(id));
  }

  /** Ends a request; whether it was still under way, so that exactly one end is told. */
  drop(pending: Pending): boolean {
    const key = idKey(pending.id);
    return this.#byKey.get(key) === pending && this.#byKey.delete(key);
  }

  /** Lets progress of an answered task go on. */
  keepToken({ token, task }: Pending): void {
    if (!task || token === undefined) return;
    this.#taskTokens.add(token);
    const [oldest] = this.#taskTokens;
    if (this.#taskTokens.size > MAX_TASK_TOKENS && oldest !== undefined)
      this.#taskTokens.delete(oldest);
  }

  /** Ends all with the same error. */
  failAll(reason: GatewayError): void {
    const abandoned = this.all;
    this.#byKey.clear();
    for (const { exchange } of abandoned) exchange.failed(reason);
  }
}

export { PendingRequests, type Pending };
