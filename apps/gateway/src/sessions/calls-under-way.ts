import { GatewayError } from "../rpc/errors.ts";

/** Calls that one session may have under way, so that no client can fill the gateway with waiting calls. */
const MAX_CALLS = 1_000;

/** A call under way, as far as its session can end it. */
interface CallUnderWay {
  /** Ends it without an answer, as the client asked. */
  cancel(reason: string): void;
  /** Ends it with an error. */
  giveUp(error: GatewayError): void;
}

/** The calls of one session that are not answered yet, by id. */
class CallsUnderWay {
  readonly #calls = new Map<string, CallUnderWay>();

  get count(): number {
    return this.#calls.size;
  }

  /** Throws `invalid-request` when the id is in use, and `too-many-calls` when no further call may begin. */
  begin(idKey: string, call: CallUnderWay): void {
    this.requireRoom(idKey);
    this.#calls.set(idKey, call);
  }

  /** Throws what `begin` would. */
  requireRoom(idKey: string): void {
    if (this.#calls.has(idKey))
      throw new GatewayError(
        "invalid-request",
        "Invalid request: a request with this id is still under way in this session.",
      );
    if (this.#calls.size >= MAX_CALLS)
      throw new GatewayError(
        "too-many-calls",
        `This session has ${MAX_CALLS} calls under way. Wait for some of them to end, then make this call again.`,
      );
  }

  finish(idKey: string): void {
    this.#calls.delete(idKey);
  }

  /** Ends a call as the client asked; false when it is not under way. */
  cancel(idKey: string, reason: string): boolean {
    const call = this.#calls.get(idKey);
    call?.cancel(reason);
    return call !== undefined;
  }

  /** Ends every call with this error. */
  giveUp(error: GatewayError): void {
    for (const call of this.#calls.values()) call.giveUp(error);
  }
}

export { CallsUnderWay, type CallUnderWay };
