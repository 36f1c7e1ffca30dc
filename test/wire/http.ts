import { eventsOf } from "./event-stream.ts";
import type { WireEvent } from "./event-stream.ts";

/** Headers by name. */
export type Headers = Record<string, string>;

const BOTH = "application/json, text/event-stream";

/** POSTs a message text as MCP clients do; `headers` come on top. */
export function post(
  url: string,
  text: string,
  headers: Headers = {},
  signal?: AbortSignal,
): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: BOTH, ...headers },
    body: text,
    ...(signal && { signal }),
  });
}

/** Opens an event stream with GET. */
export function get(url: string, headers: Headers, signal?: AbortSignal): Promise<Response> {
  return fetch(url, {
    headers: { accept: "text/event-stream", ...headers },
    ...(signal && { signal }),
  });
}

/** Whether a response is an event stream. */
export function isStream(response: Response): boolean {
  return response.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
}

/** The events of a response. */
export function events(response: Response): AsyncGenerator<WireEvent> {
  return eventsOf(response.body);
}

/** All message texts in a response, be it JSON or an event stream, when it is complete. */
export async function messagesIn(response: Response): Promise<string[]> {
  if (!isStream(response)) {
    const text = await response.text();
    return text === "" ? [] : [text];
  }
  const texts: string[] = [];
  for await (const { data } of events(response)) if (data) texts.push(data);
  return texts;
}

/** The text of a JSON-RPC request. */
export function requestText(
  id: number | string,
  method: string,
  params: object | string = {},
): string {
  const text = typeof params === "string" ? params : JSON.stringify(params);
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":${JSON.stringify(method)},"params":${text}}`;
}

/** The text of a JSON-RPC notification. */
export function notificationText(method: string, params: object | string = {}): string {
  const text = typeof params === "string" ? params : JSON.stringify(params);
  return `{"jsonrpc":"2.0","method":${JSON.stringify(method)},"params":${text}}`;
}

/** The text of a JSON-RPC response with a result. */
export function resultText(id: string, result: string): string {
  return `{"jsonrpc":"2.0","id":${id},"result":${result}}`;
}
