import type { IncomingHttpHeaders } from "node:http";
import { GatewayError } from "../rpc/errors.ts";

/** Which kinds of answer a client takes. */
interface Accepted {
  readonly json: boolean;
  readonly events: boolean;
}

/** What the Accept header allows; without one, or with a wildcard, everything. */
function accepted(headers: IncomingHttpHeaders): Accepted {
  const accept = headers.accept?.toLowerCase();
  if (accept === undefined || accept.includes("*/*")) return { json: true, events: true };
  return {
    json: accept.includes("application/json") || accept.includes("application/*"),
    events: accept.includes("text/event-stream") || accept.includes("text/*"),
  };
}

/** Throws `unsupported-media-type` for anything but JSON: other types could be sent by a web page without being asked. */
function requireJsonBody(headers: IncomingHttpHeaders): void {
  const type = headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase();
  if (type === "application/json") return;
  throw new GatewayError(
    "unsupported-media-type",
    "The Content-Type of a message must be application/json.",
  );
}

export { accepted, requireJsonBody, type Accepted };
