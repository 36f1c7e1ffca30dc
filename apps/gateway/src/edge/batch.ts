import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import { elementsOf } from "../json/spans.ts";
import { GatewayError } from "../rpc/errors.ts";
import { idOf, messageOf, type Json, type Message } from "../rpc/message.ts";
import { errorText } from "../rpc/reply.ts";
import type { Session } from "../sessions/session.ts";
import { BatchStream } from "./batch-stream.ts";
import type { Dispatch } from "./dispatch.ts";
import type { Accepted } from "./media-types.ts";

/** One element of a batch: a message, or why it is none and the id to answer under, if it can be read. */
type BatchElement =
  | { readonly message: Message }
  | { readonly error: GatewayError; readonly id: string | undefined };

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
    const element = text.slice(span.start, span.end);
    try {
      const message = messageOf(element, values[index] ?? null);
      if (message.method === "initialize")
        throw new GatewayError("invalid-request", "Invalid request: initialize must stand alone.");
      return { message };
    } catch (error) {
      return { error: GatewayError.from(error), id: idOf(element) };
    }
  });
}

/** What a batch is answered with. */
interface BatchContext {
  readonly session: Session;
  readonly elements: readonly BatchElement[];
  readonly response: ServerResponse;
  readonly takes: Accepted;
  readonly dispatch: Dispatch;
  readonly now: () => number;
  readonly headers: OutgoingHttpHeaders;
  /** An error that is the gateway's own fault. */
  broke(error: GatewayError): void;
}

/**
 * Handles the messages of a batch in order; the answers to its requests share one event stream. False when there is
 * nothing to answer. Throws `not-acceptable` before anything is handled.
 */
function answerBatch(context: BatchContext): boolean {
  const { session, elements, response, takes, dispatch, now, headers } = context;
  const count = elements.filter(
    (element) => "error" in element || element.message.kind === "request",
  ).length;
  if (count === 0) {
    for (const element of elements) if ("message" in element) take(context, element.message);
    return false;
  }
  if (!takes.events)
    throw new GatewayError(
      "not-acceptable",
      "Not Acceptable: a batch is answered as text/event-stream.",
    );
  response.writeHead(200, headers).flushHeaders();
  const batch = new BatchStream(session.streams.create(), count, now);
  batch.stream.attach(response);
  const answer = (text: string): void => {
    batch.stream.push(text);
    batch.release();
  };
  for (const element of elements) {
    if ("error" in element) answer(errorText(element.id, element.error));
    else if (element.message.kind === "request")
      dispatch.request(session, element.message, { response, takes, batch, answer });
    else take(context, element.message);
  }
  return true;
}

/** What is wrong with a message that gets no answer must not cost the others theirs. */
function take({ session, dispatch, broke }: BatchContext, message: Message): void {
  try {
    dispatch.take(session, message);
  } catch (thrown) {
    const error = GatewayError.from(thrown);
    if (error.code === "internal") broke(error);
  }
}

export { answerBatch, readBatch };
