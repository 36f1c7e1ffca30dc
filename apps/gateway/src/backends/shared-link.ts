import type { Edit } from "../json/splice.ts";
import { GatewayError } from "../rpc/errors.ts";
import { memberSpan, memberText } from "../rpc/member-span.ts";
import { idKey, readMessage } from "../rpc/message.ts";
import { resultText } from "../rpc/reply.ts";
import { backendError } from "./backend-error.ts";
import type { LogLevels } from "./log-levels.ts";
import type { Cancel, Exchange, Link, OutgoingRequest, ServerFacts } from "./port.ts";
import { stringParam, toWire, withId, withToken } from "./shared-request.ts";
import { soon } from "./soon.ts";
import type { Subscriptions } from "./subscriptions.ts";

/** What only a client with its own server would have to say: it was told no capabilities. */
const UNSAID: ReadonlySet<string> = new Set([
  "notifications/initialized",
  "notifications/roots/list_changed",
  "notifications/progress",
]);

/** The session that the links of a shared server have in common. */
interface Host {
  readonly backend: string;
  readonly upstream: Link;
  readonly subscriptions: Subscriptions<SharedLink>;
  readonly levels: LogLevels<SharedLink>;
  /** An id and progress token for the wire, unique among all members' requests. */
  nextId(): string;
  leave(link: SharedLink): void;
}

interface UnderWay {
  readonly exchange: Exchange;
  readonly cancel: Cancel;
}

/** One member's link to a shared server: its ids and progress tokens are made unique on the way there and put back on the way back. */
class SharedLink implements Link {
  readonly #session: Host;
  readonly #underWay = new Map<string, UnderWay>();
  #closed = false;

  constructor(session: Host) {
    this.#session = session;
  }

  get server(): ServerFacts {
    return this.#session.upstream.server;
  }

  request(request: OutgoingRequest, exchange: Exchange): Cancel {
    try {
      if (this.#closed) throw this.#gone();
      if (!this.#keptByOthers(request)) return this.#forward(request, exchange);
      return soon(() => exchange.answer(resultText(request.id, "{}")));
    } catch (error) {
      return soon(() => exchange.failed(GatewayError.from(error)));
    }
  }

  async send(text: string): Promise<void> {
    if (this.#closed) throw this.#gone();
    const message = readMessage(text);
    // No request of the server reaches a member, so there is nothing to respond to.
    if (message.kind !== "notification" || UNSAID.has(message.method)) return;
    if (message.method !== "notifications/cancelled") return this.#session.upstream.send(text);
    const id = memberText(text, "params", "requestId");
    if (id !== undefined)
      this.#underWay.get(idKey(id))?.cancel(stringParam(text, "reason") ?? "The client cancelled.");
  }

  /** Nothing to do: the server's messages come anyway. */
  listen(): void {}

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const { cancel, exchange } of this.#underWay.values()) {
      cancel("The client left.");
      exchange.failed(this.#gone());
    }
    this.#session.leave(this);
  }

  #forward({ id, text }: OutgoingRequest, exchange: Exchange): Cancel {
    const wireId = this.#session.nextId();
    const wire = toWire(text, wireId, this.#levelEdits(text));
    const key = idKey(id);
    const subscribed =
      methodOf(text) === "resources/subscribe" ? stringParam(text, "uri") : undefined;
    // Counted from the start, so that another's leaving in the meantime ends nothing.
    if (subscribed !== undefined) this.#session.subscriptions.add(this, subscribed);
    const notSubscribed = (): void => {
      if (subscribed !== undefined) this.#session.subscriptions.remove(this, subscribed);
    };
    const cancel = this.#session.upstream.request(
      { id: wireId, text: wire.text },
      {
        streaming: () => exchange.streaming(),
        interrupted: (retryMs) => exchange.interrupted(retryMs),
        largeAnswer: (flow) => exchange.largeAnswer(flow),
        interim: (message) => exchange.interim(withToken(message, wire.progressToken)),
        answer: (answer) => {
          this.#underWay.delete(key);
          if (memberSpan(answer, "error") !== undefined) notSubscribed();
          exchange.answer(withId(answer, id));
        },
        failed: (error) => {
          this.#underWay.delete(key);
          notSubscribed();
          exchange.failed(error);
        },
      },
    );
    const forget = (reason: string): void => {
      if (this.#underWay.delete(key)) cancel(reason);
    };
    this.#underWay.set(key, { exchange, cancel: forget });
    return forget;
  }

  /** Whether this takes back a subscription that others still hold, so that the server must not hear of it. */
  #keptByOthers({ text }: OutgoingRequest): boolean {
    if (methodOf(text) !== "resources/unsubscribe") return false;
    const uri = stringParam(text, "uri");
    return uri !== undefined && !this.#session.subscriptions.remove(this, uri);
  }

  /** The server gets the chattiest of all members' levels; each member's own is applied to what it gets. */
  #levelEdits(text: string): Edit[] {
    if (methodOf(text) !== "logging/setLevel") return [];
    const span = memberSpan(text, "params", "level");
    const level = this.#session.levels.choose(this, stringParam(text, "level") ?? "");
    return span === undefined || level === undefined ? [] : [{ span, with: JSON.stringify(level) }];
  }

  #gone(): GatewayError {
    return backendError("backend-unavailable", this.#session.backend, "is no longer connected");
  }
}

function methodOf(text: string): unknown {
  return JSON.parse(memberText(text, "method") ?? "null");
}

export { SharedLink, type Host };
