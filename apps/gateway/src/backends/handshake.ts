import { membersOf, type Span } from "../json/spans.ts";
import type { GatewayError } from "../rpc/errors.ts";
import { parseJson, type Json, type Message } from "../rpc/message.ts";
import { notificationText, requestText } from "../rpc/reply.ts";
import { backendError } from "./backend-error.ts";
import type { ClientProfile, ServerFacts } from "./port.ts";

/** The revision that the gateway asks every backend for: the newest one with a handshake. */
const OFFERED_VERSION = "2025-11-25";

/** The revisions in which the gateway can talk to a backend, oldest first. */
const SPOKEN_VERSIONS: readonly string[] = [
  "2024-11-05",
  "2025-03-26",
  "2025-06-18",
  OFFERED_VERSION,
];

/** The notification that ends a handshake. */
const INITIALIZED_TEXT = notificationText("notifications/initialized");

/** The initialize request for a client's profile, whose texts go in as they are; `id` is JSON text. */
function initializeText(id: string, profile: ClientProfile): string {
  const { capabilities, clientInfo } = profile;
  return requestText(
    id,
    "initialize",
    `{"protocolVersion":"${OFFERED_VERSION}","capabilities":${capabilities},"clientInfo":${clientInfo}}`,
  );
}

/**
 * What a backend said of itself in its answer to initialize. Throws `backend-unavailable` when it
 * refused and `backend-garbage` when the gateway cannot talk to it; what it wrote is in `cause` alone.
 */
function readServerFacts(backend: string, answer: Message): ServerFacts {
  if (answer.failed) throw refused(backend, answer);
  if (answer.body === undefined) throw garbage(backend, "its initialize result is not an object");
  const text = answer.text.slice(answer.body.start, answer.body.end);
  const result = parseJson(text) as Record<string, Json>;
  const version = result["protocolVersion"];
  if (typeof version !== "string")
    throw garbage(backend, 'its initialize result has no "protocolVersion"');
  if (!SPOKEN_VERSIONS.includes(version)) throw unspoken(backend, version);
  const { instructions, capabilities } = result;
  return {
    protocolVersion: version,
    capabilities: isObject(capabilities) ? capabilities : {},
    instructions: typeof instructions === "string" ? instructions : undefined,
    serverInfo: isObject(result["serverInfo"]) ? memberText(backend, text, "serverInfo") : "{}",
  };
}

function memberText(backend: string, text: string, key: string): string {
  let span: Span | undefined;
  try {
    span = membersOf(text).get(key);
  } catch (cause) {
    throw garbage(backend, "its initialize result gives a key twice", cause);
  }
  return span === undefined ? "{}" : text.slice(span.start, span.end);
}

function isObject(value: Json | undefined): value is Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refused(backend: string, answer: Message): GatewayError {
  const cause = new Error(answer.text.slice(0, 2048));
  const what = "refused the handshake; the gateway's log has its answer";
  return backendError("backend-unavailable", backend, what, cause);
}

function unspoken(backend: string, version: string): GatewayError {
  const theirs = JSON.stringify(version.slice(0, 32));
  const ours = SPOKEN_VERSIONS.join(", ");
  return garbage(backend, `it speaks protocol revision ${theirs}, and the gateway ${ours}`);
}

function garbage(backend: string, why: string, cause?: unknown): GatewayError {
  return backendError("backend-garbage", backend, `failed in its handshake: ${why}`, cause);
}

export { INITIALIZED_TEXT, initializeText, OFFERED_VERSION, readServerFacts, SPOKEN_VERSIONS };
