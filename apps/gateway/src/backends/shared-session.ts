import { GatewayError } from "../rpc/errors.ts";
import { memberText } from "../rpc/member-span.ts";
import type { Message } from "../rpc/message.ts";
import { errorText, requestText } from "../rpc/reply.ts";
import { answerOnly } from "./answer-only.ts";
import { LogLevels } from "./log-levels.ts";
import type { Inbound, Link } from "./port.ts";
import { SharedLink, type Host } from "./shared-link.ts";
import { Subscriptions } from "./subscriptions.ts";

/** One session with a server, used by many links at once, each with its own ids, tokens, subscriptions and log level. */
class SharedSession implements Host {
  readonly backend: string;
  readonly subscriptions = new Subscriptions<SharedLink>();
  readonly levels = new LogLevels<SharedLink>();
  readonly #members = new Map<SharedLink, Inbound>();
  readonly #ended: () => void;
  #upstream: Link | undefined;
  #lastId = 0;

  /** `ended` hears when the server is gone, before the members do. */
  constructor(backend: string, ended: () => void) {
    this.backend = backend;
    this.#ended = ended;
  }

  /** What the link to the server delivers to. */
  readonly inbound: Inbound = {
    message: (message) => this.#deliver(message),
    reopened: () => this.#all((inbound) => void inbound.reopened()),
    closed: (reason) => {
      this.#ended();
      this.#all((inbound) => inbound.closed(reason));
      this.#members.clear();
    },
  };

  get upstream(): Link {
    if (this.#upstream === undefined)
      throw new GatewayError("internal", "The shared session was used before it was open.");
    return this.#upstream;
  }

  opened(upstream: Link): void {
    this.#upstream = upstream;
  }

  join(inbound: Inbound): Link {
    const link = new SharedLink(this);
    this.#members.set(link, inbound);
    return link;
  }

  nextId(): string {
    this.#lastId += 1;
    return String(this.#lastId);
  }

  leave(link: SharedLink): void {
    if (!this.#members.delete(link)) return;
    this.levels.leave(link);
    for (const uri of this.subscriptions.leave(link)) {
      const id = this.nextId();
      const text = requestText(id, "resources/unsubscribe", JSON.stringify({ uri }));
      // Whatever comes of it, nobody listens any more.
      const ignored = answerOnly(
        () => undefined,
        () => undefined,
      );
      this.upstream.request({ id, text }, ignored);
    }
  }

  /**
   * News of the server go to all, those of a resource to its subscribers. A request has no client that
   * it could go to, and neither has any other notification, which may be meant for one client alone.
   */
  #deliver(message: Message): void {
    if (message.kind === "request") return this.#refuse(message);
    switch (message.method) {
      case "notifications/tools/list_changed":
      case "notifications/prompts/list_changed":
      case "notifications/resources/list_changed":
        return this.#all((inbound) => inbound.message(message));
      case "notifications/message": {
        const level = stringAt(message, "level");
        return this.#all((inbound, link) => {
          if (this.levels.wants(link, level)) inbound.message(message);
        });
      }
      case "notifications/resources/updated": {
        const wanting = this.subscriptions.wanting(stringAt(message, "uri"));
        for (const link of wanting) this.#members.get(link)?.message(message);
      }
    }
  }

  #refuse({ id, method }: Message): void {
    const what = `Method not found: ${method} cannot be sent to one of several clients.`;
    this.#upstream
      ?.send(errorText(id, new GatewayError("method-not-found", what)))
      .catch(() => undefined);
  }

  #all(tell: (inbound: Inbound, link: SharedLink) => void): void {
    for (const [link, inbound] of this.#members) tell(inbound, link);
  }
}

/** A string of the message's params; empty when there is none. */
function stringAt(message: Message, key: string): string {
  const value: unknown = JSON.parse(memberText(message.text, "params", key) ?? '""');
  return typeof value === "string" ? value : "";
}

export { SharedSession };
