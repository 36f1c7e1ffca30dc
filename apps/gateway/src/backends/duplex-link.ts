import { elementsOf } from "../json/spans.ts";
import { splice } from "../json/splice.ts";
import { GatewayError } from "../rpc/errors.ts";
import { idKey, messageOf, parseJson, type Json, type Message } from "../rpc/message.ts";
import { notificationText, resultText } from "../rpc/reply.ts";
import { takerOf } from "./attribution.ts";
import { backendError } from "./backend-error.ts";
import { shakeHands, type Handshake } from "./duplex-handshake.ts";
import { askerOfOversized, oversizedError, type Oversized } from "./oversized.ts";
import { PendingRequests, type Pending } from "./pending-requests.ts";
import type { Cancel, Exchange, Inbound, Link, OutgoingRequest, ServerFacts } from "./port.ts";
import { soon } from "./soon.ts";

/** One two-way channel of whole messages to a backend. */
interface Channel {
  /** Resolves when the message is on its way; rejects with a GatewayError. */
  send(text: string): Promise<void>;
  /** Ends the channel; never rejects. */
  close(): Promise<void>;
}

interface DuplexOptions {
  readonly backend: string;
  readonly channel: Channel;
  readonly inbound: Inbound;
  /** With `many` clients behind the link, only progress is given to a request; all else goes to inbound. */
  readonly clients: "one" | "many";
  /** Hears why something that the backend sent was ignored. */
  readonly onGarbage: (reason: string) => void;
}

/** A link over one two-way channel: answers find their requests by id, everything else as `takerOf` decides. */
class DuplexLink implements Link {
  readonly #options: DuplexOptions;
  readonly #pending = new PendingRequests();
  #server: ServerFacts | undefined;
  #dead: GatewayError | undefined;

  constructor(options: DuplexOptions) {
    this.#options = options;
  }

  get server(): ServerFacts {
    if (this.#server === undefined)
      throw new GatewayError("internal", "The link was used before its handshake.");
    return this.#server;
  }

  /** Opens the session. Rejects with a GatewayError, and then ends the channel. */
  async handshake(handshake: Handshake): Promise<void> {
    const { backend, inbound } = this.#options;
    try {
      const facts = await shakeHands(this, { backend, inbound, ...handshake });
      if (this.#dead !== undefined) throw this.#dead;
      this.#server = facts;
    } catch (error) {
      void this.close();
      throw GatewayError.from(error);
    }
  }

  request(request: OutgoingRequest, exchange: Exchange): Cancel {
    try {
      if (this.#dead !== undefined) throw this.#dead;
      const pending = this.#pending.add(request, exchange);
      pending.sent = this.#options.channel.send(request.text).catch((error: unknown) => {
        this.#fail(pending, GatewayError.from(error));
      });
      return (reason) => this.#cancel(pending, reason);
    } catch (error) {
      return soon(() => exchange.failed(GatewayError.from(error)));
    }
  }

  async send(text: string): Promise<void> {
    if (this.#dead !== undefined) throw this.#dead;
    await this.#options.channel.send(text);
  }

  /** Nothing to do: the channel carries every message anyway. */
  listen(): void {}

  async close(): Promise<void> {
    this.#end(backendError("backend-unavailable", this.#options.backend, "is no longer connected"));
    await this.#options.channel.close();
  }

  /** The channel broke: requests under way fail, and inbound hears of it when the handshake was done. */
  broke(reason: GatewayError): void {
    if (this.#end(reason) && this.#server !== undefined) this.#options.inbound.closed(reason);
  }

  /** Takes what the backend sent: a message, or an array of them as revisions before 2025-06-18 allow. */
  receive(text: string): void {
    let value: Json;
    try {
      value = parseJson(text);
    } catch {
      return this.#options.onGarbage(`not JSON: ${JSON.stringify(text.slice(0, 200))}`);
    }
    if (!Array.isArray(value)) return this.#take(text, value);
    for (const [at, { start, end }] of elementsOf(text).entries())
      this.#take(text.slice(start, end), value[at] ?? null);
  }

  /** The backend sent more than is held at once; the request whose answer it was fails. */
  receiveOversized(message: Oversized): void {
    this.#options.onGarbage(`a message of more than ${message.maxBytes} bytes`);
    const asker = askerOfOversized(message, this.#pending.all);
    if (asker !== undefined) this.#fail(asker, oversizedError(this.#options.backend, message));
  }

  #take(text: string, value: Json): void {
    try {
      const message = messageOf(text, value);
      if (message.kind === "response") this.#answer(message);
      else if (message.kind === "request" && message.method === "ping") this.#pong(message);
      else this.#route(message);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      this.#options.onGarbage(`${error.message} ${JSON.stringify(text.slice(0, 200))}`);
      this.#failAskerOf(value, error);
    }
  }

  #answer(message: Message): void {
    const pending = this.#pending.withId(message.id);
    // Late answers to cancelled requests are usual and nobody's business.
    if (pending === undefined || message.idSpan === undefined) return;
    this.#pending.drop(pending);
    if (!message.failed) this.#pending.keepToken(pending);
    const { id, exchange } = pending;
    // The backend may have written the id anew (`1.0` as `1`); the asker gets its own writing.
    const edits = message.id === id ? [] : [{ span: message.idSpan, with: id }];
    exchange.answer(splice(message.text, edits));
  }

  #route(message: Message): void {
    const { clients, inbound } = this.#options;
    if (clients === "many" && message.method !== "notifications/progress")
      return inbound.message(message);
    const taker = takerOf(message, this.#pending.all, this.#pending.taskTokens);
    if (taker.to === "inbound") inbound.message(message);
    if (taker.to !== "asker") return;
    if (message.kind === "request") taker.asker.asked.add(idKey(message.id));
    taker.asker.exchange.interim(message);
  }

  /** The gateway is the peer of this hop, so it answers for itself; a client without a stream could not. */
  #pong(message: Message): void {
    this.#options.channel.send(resultText(message.id, "{}")).catch(() => undefined);
  }

  /** Fails the request that a malformed answer was meant for, rather than let it wait. */
  #failAskerOf(value: Json, cause: GatewayError): void {
    if (value === null || typeof value !== "object" || Array.isArray(value)) return;
    const { id, method } = value;
    if (method !== undefined || (typeof id !== "string" && typeof id !== "number")) return;
    const asker = this.#pending.withId(JSON.stringify(id));
    const what = "sent an answer that is no valid JSON-RPC message";
    const error = backendError("backend-garbage", this.#options.backend, what, cause);
    if (asker !== undefined) this.#fail(asker, error);
  }

  #fail(pending: Pending, error: GatewayError): void {
    if (this.#pending.drop(pending)) pending.exchange.failed(error);
  }

  #cancel(pending: Pending, reason: string): void {
    if (!this.#pending.drop(pending)) return;
    const params = `{"requestId":${pending.id},"reason":${JSON.stringify(reason)}}`;
    // After the request itself, which over HTTP may still be on its way.
    void pending.sent
      .then(() => this.send(notificationText("notifications/cancelled", params)))
      .catch(() => undefined);
  }

  /** Whether the link lived until now. */
  #end(reason: GatewayError): boolean {
    if (this.#dead !== undefined) return false;
    this.#dead = reason;
    this.#pending.failAll(reason);
    return true;
  }
}

export { DuplexLink, type Channel, type DuplexOptions };
