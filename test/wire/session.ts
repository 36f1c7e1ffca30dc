import { get, notificationText, post, requestText } from "./http.ts";
import type { Headers } from "./http.ts";
import { readTree } from "./json-tree.ts";
import type { TreeObject } from "./json-tree.ts";

/** How a session is begun. */
export type SessionOptions = { protocolVersion?: string; capabilities?: object; headers?: Headers };

/** A session that is handled by hand, one HTTP request at a time. */
export type RawSession = {
  url: string;
  /** The headers that every request of the session carries. */
  headers: Headers;
  /** The result of initialize. */
  initialized: TreeObject;
  /** POSTs a message text. */
  post: (text: string, headers?: Headers, signal?: AbortSignal) => Promise<Response>;
  /** POSTs a tool call. */
  call: (id: number | string, name: string, more?: object) => Promise<Response>;
  /** Opens an event stream, after the event with this id. */
  stream: (lastEventId?: string, signal?: AbortSignal) => Promise<Response>;
  end: () => Promise<Response>;
};

/** The text of an initialize request. */
export function initializeText(protocolVersion: string, capabilities: object = {}): string {
  const clientInfo = { name: "raw-session", version: "1.0.0" };
  return requestText("init", "initialize", { protocolVersion, capabilities, clientInfo });
}

/** Does the handshake, and leaves everything else to the caller. */
export async function openSession(
  url: string,
  { protocolVersion = "2025-11-25", capabilities = {}, headers: own = {} }: SessionOptions = {},
): Promise<RawSession> {
  const answer = await post(url, initializeText(protocolVersion, capabilities), own);
  const initialized = readTree(await answer.text()) as TreeObject;
  const headers = {
    ...own,
    "mcp-session-id": answer.headers.get("mcp-session-id") ?? "",
    "mcp-protocol-version": protocolVersion,
  };
  const session: RawSession = {
    url,
    headers,
    initialized,
    post: (text, more, signal) => post(url, text, { ...headers, ...more }, signal),
    call: (id, name, more = {}) =>
      post(url, requestText(id, "tools/call", { name, ...more }), headers),
    stream: (lastEventId, signal) =>
      get(url, { ...headers, ...(lastEventId && { "last-event-id": lastEventId }) }, signal),
    end: () => fetch(url, { method: "DELETE", headers }),
  };
  await (await session.post(notificationText("notifications/initialized"))).text();
  return session;
}
