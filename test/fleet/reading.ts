import { vi } from "vitest";
import type { WireEvent } from "../wire/event-stream.ts";
import { events, post } from "../wire/http.ts";
import type { RawSession } from "../wire/session.ts";

/** A stream that is read event by event, and cut at will. */
export type Reading = {
  status: number;
  /** What was read so far that was not empty. */
  texts: string[];
  /** The id of the event that was read last. */
  lastId: () => string;
  /** Resolves with the text of the first event that has this in its data. */
  until: (part: string) => Promise<string>;
  /** Resolves when the stream has ended, however. */
  over: Promise<void>;
  cut: () => Promise<void>;
};

const WITHIN_MS = 10_000;

/** Whatever happens with a session at a gateway that need not be the one that began it. */
export type SessionAt = {
  /** Calls a tool and reads what comes. */
  call: (name: string, args?: object, id?: number) => Promise<Reading>;
  /** Opens the standing stream, or goes on after an event. */
  listen: (lastEventId?: string) => Promise<Reading>;
  /** POSTs a message text. */
  post: (text: string) => Promise<Response>;
  end: () => Promise<Response>;
};

/** The same session, at the gateway of this URL. */
export function sessionAt({ headers }: RawSession, url: string): SessionAt {
  return {
    call: async (name, args = {}, id = 7) => {
      const controller = new AbortController();
      const params = { name, arguments: args, _meta: { progressToken: id } };
      const text = JSON.stringify({ jsonrpc: "2.0", id, method: "tools/call", params });
      return read(await post(url, text, headers, controller.signal), controller);
    },
    listen: async (lastEventId) => {
      const controller = new AbortController();
      const after = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
      const response = await fetch(url, {
        headers: { accept: "text/event-stream", ...headers, ...after },
        signal: controller.signal,
      });
      return read(response, controller);
    },
    post: (text) => post(url, text, headers),
    end: () => fetch(url, { method: "DELETE", headers }),
  };
}

/** What log lines say, in order. */
export function linesOf(texts: readonly string[]): string[] {
  return texts.flatMap((text) => {
    const { params } = JSON.parse(text) as { params?: { data?: string } };
    return params?.data ?? [];
  });
}

function read(response: Response, controller: AbortController): Reading {
  const texts: string[] = [];
  let lastId = "";
  const take = ({ id, data }: WireEvent): void => {
    if (id !== undefined) lastId = id;
    if (data) texts.push(data);
  };
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream");
  const over = (async () => {
    if (isStream) for await (const event of events(response)) take(event);
    else take({ data: await response.text() });
  })().catch(() => undefined);
  return {
    status: response.status,
    texts,
    lastId: () => lastId,
    until: (part) =>
      vi.waitFor(
        () => {
          const found = texts.find((text) => text.includes(part));
          if (found === undefined) throw new Error(`Nothing says ${part}: ${texts.join("\n")}`);
          return found;
        },
        { timeout: WITHIN_MS, interval: 10 },
      ),
    over,
    cut: async () => {
      controller.abort();
      await over;
    },
  };
}
