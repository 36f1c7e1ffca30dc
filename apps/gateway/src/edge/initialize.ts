import type { ClientProfile } from "../backends/port.ts";
import type { View } from "../catalog/view.ts";
import { GatewayError } from "../rpc/errors.ts";
import { membersWithoutDuplicates, type Message } from "../rpc/message.ts";
import { negotiate } from "./versions.ts";

/** Longest capabilities and clientInfo that a client may declare, in characters. */
const MAX_DECLARED = 16_384;

/** What a client asks for in its first request. */
interface InitializeRequest {
  readonly protocolVersion: string;
  readonly profile: ClientProfile;
}

/** Reads an initialize request. Throws `invalid-params`. */
function readInitialize(
  request: Message,
  headers: Readonly<Record<string, string>>,
): InitializeRequest {
  if (request.body === undefined)
    throw new GatewayError("invalid-params", "Invalid params: initialize needs params.");
  const params = membersWithoutDuplicates(request.text, request.body.start);
  const text = (key: string): string => {
    const span = params.get(key);
    return span === undefined ? "{}" : request.text.slice(span.start, span.end);
  };
  const version: unknown = JSON.parse(text("protocolVersion"));
  if (typeof version !== "string")
    throw new GatewayError(
      "invalid-params",
      "Invalid params: params.protocolVersion must be a string.",
    );
  const profile = { capabilities: text("capabilities"), clientInfo: text("clientInfo"), headers };
  for (const [key, value] of Object.entries({
    capabilities: profile.capabilities,
    clientInfo: profile.clientInfo,
  })) {
    if (!value.startsWith("{"))
      throw new GatewayError("invalid-params", `Invalid params: params.${key} must be an object.`);
    if (value.length > MAX_DECLARED)
      throw new GatewayError(
        "invalid-params",
        `Invalid params: params.${key} is longer than ${MAX_DECLARED} characters.`,
      );
  }
  requireName(profile.clientInfo);
  return { protocolVersion: negotiate(version), profile };
}

/** Backends refuse a client that does not say who it is, which its user would learn with the first call alone. */
function requireName(clientInfo: string): void {
  const { name, version } = JSON.parse(clientInfo) as { name?: unknown; version?: unknown };
  if (typeof name !== "string" || typeof version !== "string")
    throw new GatewayError(
      "invalid-params",
      "Invalid params: params.clientInfo must have a name and a version, both strings.",
    );
}

/** The result of initialize, as JSON text; `serverInfo` is JSON text. */
function initializeResult(protocolVersion: string, serverInfo: string, view: View): string {
  const instructions =
    view.instructions === undefined ? "" : `,"instructions":${JSON.stringify(view.instructions)}`;
  return `{"protocolVersion":"${protocolVersion}","capabilities":${view.capabilities},"serverInfo":${serverInfo}${instructions}}`;
}

export { initializeResult, readInitialize };
