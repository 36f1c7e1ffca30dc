import type { IncomingMessage, ServerResponse } from "node:http";
import { GatewayError } from "../rpc/errors.ts";
import { EVENT_STREAM_HEADERS } from "../sessions/event-stream.ts";
import type { Session } from "../sessions/session.ts";
import { accepted } from "./media-types.ts";
import { PRIMED_VERSION } from "./versions.ts";

/**
 * Answers a GET: goes on with the stream of `Last-Event-ID`, or opens the stream for messages that belong to no
 * request. Of several such streams the newest gets the messages. Throws `not-acceptable` or `invalid-request`.
 */
function openStanding(session: Session, request: IncomingMessage, response: ServerResponse): void {
  if (!accepted(request.headers).events)
    throw new GatewayError(
      "not-acceptable",
      "Not Acceptable: Client must accept text/event-stream",
    );
  const head = (): void => response.writeHead(200, EVENT_STREAM_HEADERS).flushHeaders();
  const lastEventId = request.headers["last-event-id"];
  if (typeof lastEventId === "string" && lastEventId !== "") {
    if (!session.streams.resume(lastEventId, response, head))
      throw new GatewayError(
        "invalid-request",
        "Invalid request: there is no such event to resume after. Open a stream without Last-Event-ID.",
      );
  } else {
    head();
    const { standalone } = session.streams;
    standalone.join(response);
    if (session.facts.protocolVersion >= PRIMED_VERSION) standalone.prime();
  }
  session.listen(session.streams.listening);
  response.once("close", () => session.listen(session.streams.listening));
}

export { openStanding };
