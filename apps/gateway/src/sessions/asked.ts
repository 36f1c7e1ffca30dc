import type { Link } from "../backends/port.ts";
import { splice } from "../json/splice.ts";
import { GatewayError } from "../rpc/errors.ts";
import { memberSpan, memberText } from "../rpc/member-span.ts";
import { idKey, withId, type Message } from "../rpc/message.ts";

/** Requests of backends that one client may have open at once. */
const MAX_ASKED = 256;

/** A request that nobody answered or withdrew for this long makes room for others, when there is none. */
const FORGOTTEN_MS = 10 * 60_000;

interface Asked {
  readonly link: Link;
  /** The backend's own id, as JSON text. */
  readonly id: string;
  /** The id that the client knows, as JSON text. */
  readonly shown: string;
  /** What the client's progress is to refer to, as JSON text. */
  readonly token: string | undefined;
  readonly atMs: number;
}

/**
 * Requests of backends that wait for the client's answer. Backends count their ids from zero each, so
 * the client sees an id of the gateway's and the answer gets the backend's back.
 */
class AskedRequests {
  readonly #asked = new Map<string, Asked>();
  readonly #prefix: string;
  #next = 1;

  /** `processTag` tells where the answer is waited for, as it may arrive elsewhere; empty where there is one process. */
  constructor(processTag = "") {
    this.#prefix = processTag === "" ? "headgate" : `headgate-${processTag}`;
  }

  get size(): number {
    return this.#asked.size;
  }

  /** The request under an id that is unique for this client. Throws `internal` when too many wait. */
  put(link: Link, request: Message, nowMs: number): string {
    if (this.#asked.size >= MAX_ASKED && !this.#forgetOldest(nowMs))
      throw new GatewayError("internal", "Too many requests wait for this client's answer.");
    const shown = `"${this.#prefix}-${this.#next++}"`;
    const token = memberText(request.text, "params", "_meta", "progressToken");
    this.#asked.set(idKey(shown), { link, id: request.id, shown, token, atMs: nowMs });
    return withId(request, shown);
  }

  /** The client's answer in the backend's words and the link that waits for it; `undefined` for an answer to nothing that was asked. */
  take(answer: Message): { link: Link; text: string } | undefined {
    const key = idKey(answer.id);
    const asked = this.#asked.get(key);
    if (asked === undefined) return undefined;
    this.#asked.delete(key);
    return { link: asked.link, text: withId(answer, asked.id) };
  }

  /** The link whose request the client reports progress of. */
  linkOf(progress: Message): Link | undefined {
    const token = memberText(progress.text, "params", "progressToken");
    if (token === undefined) return undefined;
    for (const asked of this.#asked.values()) if (asked.token === token) return asked.link;
    return undefined;
  }

  /** The notification in which a backend withdraws a request, with the id that the client knows. */
  withdraw(link: Link, cancelled: Message): string | undefined {
    const span = memberSpan(cancelled.text, "params", "requestId");
    if (span === undefined) return undefined;
    const requestId = cancelled.text.slice(span.start, span.end);
    for (const [key, asked] of this.#asked) {
      if (asked.link !== link || asked.id !== requestId) continue;
      this.#asked.delete(key);
      return splice(cancelled.text, [{ span, with: asked.shown }]);
    }
    return undefined;
  }

  /** Forgets what a dead link asked. */
  forget(link: Link): void {
    for (const [key, asked] of this.#asked) if (asked.link === link) this.#asked.delete(key);
  }

  #forgetOldest(nowMs: number): boolean {
    const [oldest] = this.#asked;
    if (oldest === undefined || nowMs - oldest[1].atMs < FORGOTTEN_MS) return false;
    return this.#asked.delete(oldest[0]);
  }
}

/** The process that waits for an answer with this id, as JSON text; nothing for an id that names none. */
function askingProcess(id: string): string | undefined {
  return /^"headgate-([\w-]+)-\d+"$/.exec(id)?.[1];
}

export { askingProcess, AskedRequests };
