import type { IncomingMessage, ServerResponse } from "node:http";
import { GatewayError } from "../rpc/errors.ts";
import { EVENT_STREAM_HEADERS } from "../sessions/event-stream.ts";
import { PRIMED_VERSION } from "../sessions/primed-version.ts";
import type { Session } from "../sessions/session.ts";
import { accepted } from "./media-types.ts";

/** The longest time that a timer takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Answers a GET: goes on with the stream of `Last-Event-ID`, or opens the stream for messages that belong to no
 * request. Of several such streams the newest gets the messages. The response ends after `remainingMs` at the
 * latest; whoever may still listen comes back. A promise when the stream has to be looked for elsewhere. Throws or
 * rejects with `not-acceptable`, `invalid-request` or `sessions-unavailable`.
 */
function openStanding(
  session: Session,
  request: IncomingMessage,
  response: ServerResponse,
  remainingMs = Infinity,
): void | Promise<void> {
  if (!accepted(request.headers).events)
    throw new GatewayError(
      "not-acceptable",
      "Not Acceptable: Client must accept text/event-stream",
    );
  const head = (): void => response.writeHead(200, EVENT_STREAM_HEADERS).flushHeaders();
  const lastEventId = request.headers["last-event-id"];
  if (typeof lastEventId === "string" && lastEventId !== "") {
    const resumed = session.streams.resume(lastEventId, response, head);
    if (typeof resumed !== "boolean")
      return resumed.then((known) => opened(known, session, response, remainingMs));
    return opened(resumed, session, response, remainingMs);
  }
  head();
  session.streams.standalone.join(response, session.facts.protocolVersion >= PRIMED_VERSION);
  opened(true, session, response, remainingMs);
}

/** Sees to it that the stream is listened for and ends; `known` says whether there is one. */
function opened(
  known: boolean,
  session: Session,
  response: ServerResponse,
  remainingMs: number,
): void {
  if (!known)
    throw new GatewayError(
      "invalid-request",
      "Invalid request: there is no such event to resume after. Open a stream without Last-Event-ID.",
    );
  // A client may be gone before its stream was found.
  if (response.destroyed) return;
  session.listeningChanged();
  if (remainingMs === Infinity) return;
  const expireAfterMs = Math.min(remainingMs, MAX_TIMER_MS);
  const expiry = setTimeout(() => session.streams.dismiss(response), expireAfterMs);
  response.on("close", () => clearTimeout(expiry));
}

export { openStanding };
