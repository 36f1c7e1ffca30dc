import type { IncomingHttpHeaders } from "node:http";
import { GatewayError } from "../rpc/errors.ts";

/** Which kinds of answer a client takes. */
interface Accepted {
  readonly json: boolean;
  readonly events: boolean;
}

const BOTH: Accepted = { json: true, events: true };

/** A media range with its weight; a weight of nought says that it is not accepted. */
const REFUSED = /;\s*q=0(?:\.0{0,3})?\s*(?:;|$)/;

/** What the Accept header allows; without one, or with a wildcard, everything. */
function accepted(headers: IncomingHttpHeaders): Accepted {
  const { accept } = headers;
  // What the SDKs send, and so nearly every request.
  if (accept === undefined || accept === "application/json, text/event-stream") return BOTH;
  const ranges = new Set<string>();
  for (const range of accept.toLowerCase().split(","))
    if (!REFUSED.test(range)) ranges.add((range.split(";", 1)[0] ?? "").trim());
  const takes = (kind: string, type: string): boolean =>
    ranges.has(type) || ranges.has(`${kind}/*`) || ranges.has("*/*");
  return {
    json: takes("application", "application/json"),
    events: takes("text", "text/event-stream"),
  };
}

/** Throws `unsupported-media-type` for anything but JSON: other types could be sent by a web page without being asked. */
function requireJsonBody(headers: IncomingHttpHeaders): void {
  const type = headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase();
  if (type !== "application/json")
    throw unsupported("The Content-Type of a message must be application/json.");
  const encoding = headers["content-encoding"]?.trim().toLowerCase();
  if (encoding !== undefined && encoding !== "" && encoding !== "identity")
    throw unsupported("A message must not be compressed: send it without a Content-Encoding.");
}

function unsupported(message: string): GatewayError {
  return new GatewayError("unsupported-media-type", message);
}

export { accepted, requireJsonBody, type Accepted };
