import type { Link } from "../backends/port.ts";
import { membersOf } from "../json/spans.ts";
import { splice } from "../json/splice.ts";
import { GatewayError } from "../rpc/errors.ts";
import { withId, type Message } from "../rpc/message.ts";

/** Requests of backends that one client may have open at once. */
const MAX_ASKED = 256;

interface Asked {
  readonly backend: string;
  readonly link: Link;
  /** The backend's own id, as JSON text. */
  readonly id: string;
}

/**
 * Requests of backends that wait for the client's answer. Backends count their ids from zero each, so
 * the client sees an id of the gateway's and the answer gets the backend's back.
 */
class AskedRequests {
  readonly #asked = new Map<string, Asked>();
  #next = 1;

  get size(): number {
    return this.#asked.size;
  }

  /** The request under an id that is unique for this client. Throws `internal` when too many wait. */
  put(backend: string, link: Link, request: Message): string {
    if (this.#asked.size >= MAX_ASKED)
      throw new GatewayError("internal", "Too many requests wait for this client's answer.");
    const id = `"headgate-${this.#next++}"`;
    this.#asked.set(id, { backend, link, id: request.id });
    return withId(request, id);
  }

  /** The client's answer in the backend's words and the link that waits for it; `undefined` for an answer to nothing that was asked. */
  take(answer: Message): { link: Link; text: string } | undefined {
    const asked = this.#asked.get(answer.id);
    if (asked === undefined) return undefined;
    this.#asked.delete(answer.id);
    return {
      link: asked.link,
      text: withId(answer, asked.id),
    };
  }

  /** The notification in which a backend withdraws a request, with the id that the client knows. */
  withdraw(link: Link, cancelled: Message): string | undefined {
    const span = cancelled.body && membersOf(cancelled.text, cancelled.body.start).get("requestId");
    if (span === undefined) return undefined;
    const requestId = cancelled.text.slice(span.start, span.end);
    for (const [id, asked] of this.#asked) {
      if (asked.link !== link || asked.id !== requestId) continue;
      this.#asked.delete(id);
      return splice(cancelled.text, [{ span, with: id }]);
    }
    return undefined;
  }

  /** Forgets what a dead link asked. */
  forget(link: Link): void {
    for (const [id, asked] of this.#asked) if (asked.link === link) this.#asked.delete(id);
  }
}

export { AskedRequests };
