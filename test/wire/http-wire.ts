import { setTimeout as delay } from "node:timers/promises";
import { events, get, isStream, post } from "./http.ts";
import type { Headers } from "./http.ts";
import type { OpenWire, Wire } from "./wire.ts";

const DEFAULT_RETRY_MS = 100;

class HttpWire implements Wire {
  readonly #url: string;
  readonly #received: (text: string) => void;
  readonly #headers: Headers;
  readonly #over = new AbortController();

  constructor(url: string, received: (text: string) => void, headers: Headers) {
    this.#url = url;
    this.#received = received;
    this.#headers = { ...headers };
  }

  async send(text: string): Promise<void> {
    const response = await post(this.#url, text, this.#headers, this.#over.signal);
    this.#headers["mcp-session-id"] ??= response.headers.get("mcp-session-id") ?? "";
    if (isStream(response)) return void this.#quietly(this.#read(response, awaitsAnswer(text)));
    const body = await response.text();
    if (response.ok || body.includes('"jsonrpc"')) return void (body && this.#received(body));
    throw new Error(`HTTP ${response.status}: ${body.slice(0, 200)}`);
  }

  async established(protocolVersion: string): Promise<void> {
    this.#headers["mcp-protocol-version"] = protocolVersion;
    const response = await get(this.#url, this.#headers, this.#over.signal);
    if (response.ok) void this.#quietly(this.#read(response, false));
    else if (response.status !== 405) throw new Error(`GET was refused: HTTP ${response.status}`);
  }

  async close(): Promise<void> {
    this.#over.abort();
    await fetch(this.#url, { method: "DELETE", headers: this.#headers });
  }

  /** Reads one stream, and resumes it when it ended before the answer that it owes. */
  async #read(response: Response, owesAnswer: boolean): Promise<void> {
    let lastEventId: string | undefined;
    let retryMs = DEFAULT_RETRY_MS;
    let open = owesAnswer;
    for await (const event of events(response)) {
      lastEventId = event.id ?? lastEventId;
      retryMs = event.retryMs ?? retryMs;
      if (!event.data) continue;
      if (/"(?:result|error)"\s*:/.test(event.data) && !/"method"\s*:/.test(event.data))
        open = false;
      this.#received(event.data);
    }
    if (!open || lastEventId === undefined) return;
    await delay(retryMs, undefined, { signal: this.#over.signal });
    const headers = { ...this.#headers, "last-event-id": lastEventId };
    const resumed = await get(this.#url, headers, this.#over.signal);
    if (resumed.ok) await this.#read(resumed, true);
  }

  /** A stream that ends with the wire is no news. */
  async #quietly(reading: Promise<void>): Promise<void> {
    await reading.catch((error: unknown) => {
      if (!this.#over.signal.aborted) throw error;
    });
  }
}

function awaitsAnswer(text: string): boolean {
  const message = JSON.parse(text) as { id?: unknown; method?: unknown };
  return message.id !== undefined && message.method !== undefined;
}

/** Speaks streamable HTTP: a POST per message, a standing GET stream, and DELETE at the end. */
export function httpWire(url: string, headers: Headers = {}): OpenWire {
  return async (received) => new HttpWire(url, received, headers);
}
