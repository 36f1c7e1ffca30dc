import { GatewayError } from "../core/errors.ts";
import { elementsOf } from "../json/spans.ts";
import { messageOf, type Json, type Message } from "../rpc/message.ts";
import type { EventStream } from "../sessions/event-stream.ts";

/** One element of a batch: a message, or why it is none. */
type BatchElement = { readonly message: Message } | { readonly error: GatewayError };

/** The elements of a batch in their own text. Throws `invalid-request` for an empty or too long one. */
function readBatch(text: string, values: readonly Json[], maxBatch: number): BatchElement[] {
  if (values.length === 0)
    throw new GatewayError("invalid-request", "Invalid request: a batch must not be empty.");
  if (values.length > maxBatch)
    throw new GatewayError(
      "invalid-request",
      `Invalid request: a batch may hold at most ${maxBatch} messages.`,
    );
  return elementsOf(text).map((span, index) => {
    try {
      const message = messageOf(text.slice(span.start, span.end), values[index]!);
      if (message.method === "initialize")
        throw new GatewayError("invalid-request", "Invalid request: initialize must stand alone.");
      return { message };
    } catch (error) {
      return { error: GatewayError.from(error) };
    }
  });
}

/** The event stream that carries all answers of one batch, and ends with the last of them. */
class BatchStream {
  readonly stream: EventStream;
  readonly #now: () => number;
  #open: number;

  constructor(stream: EventStream, open: number, now: () => number) {
    this.stream = stream;
    this.#open = open;
    this.#now = now;
  }

  /** One more request of the batch is done. */
  release(): void {
    if (--this.#open === 0) this.stream.end(this.#now());
  }
}

export { BatchStream, readBatch };
