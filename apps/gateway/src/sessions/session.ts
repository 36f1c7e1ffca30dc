import type { Backend, ClientProfile, Link } from "../backends/port.ts";
import type { ItemKind } from "../catalog/backend-catalog.ts";
import { changeTexts } from "../catalog/list-changes.ts";
import type { View } from "../catalog/view.ts";
import type { Peer } from "../core/call.ts";
import type { Caller } from "../identity/caller.ts";
import { GatewayError } from "../rpc/errors.ts";
import type { Message } from "../rpc/message.ts";
import { errorText, resultText } from "../rpc/reply.ts";
import { AskedRequests } from "./asked.ts";
import { CallsUnderWay, type CallUnderWay } from "./calls-under-way.ts";
import type { EventStreamLimits } from "./event-stream.ts";
import { Links } from "./links.ts";
import { OwnCatalogs, type ClassLists } from "./own-catalogs.ts";
import { ReplayedState } from "./replayed-state.ts";
import { SessionStreams } from "./session-streams.ts";

/** What the client said of itself in `initialize`. Equal texts are shared between sessions. */
interface SessionFacts {
  readonly id: string;
  readonly protocolVersion: string;
  /** Who began it; it is nobody else's. */
  readonly caller: Caller;
  readonly profile: ClientProfile;
  /** Names the class of clients that see the same catalogue. */
  readonly classKey: string;
}

/** What a session needs from the rest of the gateway. */
interface SessionContext extends ClassLists {
  readonly backends: ReadonlyMap<string, Backend>;
  readonly streamLimits: EventStreamLimits;
  readonly now: () => number;
  /** A backend told this session that a list of its changed. */
  listChanged(classKey: string, backend: string): void;
  /** No link to a backend could be opened for this session. */
  linkFailed(backend: string): void;
  /** A backend asked something of the client; `refused` when too many of its requests wait already. */
  asked(backend: string, method: string, outcome: "forwarded" | "refused"): void;
}

const LIST_CHANGED: ReadonlySet<string> = new Set([
  "notifications/tools/list_changed",
  "notifications/prompts/list_changed",
  "notifications/resources/list_changed",
]);

/** One client of a handshake revision. Everything but its facts is made when first needed. */
class Session implements Peer {
  readonly facts: SessionFacts;
  readonly #context: SessionContext;
  #links: Links | undefined;
  #asked: AskedRequests | undefined;
  #streams: SessionStreams | undefined;
  #calls: CallsUnderWay | undefined;
  #own: OwnCatalogs | undefined;
  #replayed: ReplayedState | undefined;
  #passed: Readonly<Record<string, string>>;
  #closed = false;
  /** When the client was last heard of. */
  lastSeenMs: number;

  constructor(facts: SessionFacts, context: SessionContext, nowMs: number) {
    this.facts = facts;
    this.#context = context;
    this.lastSeenMs = nowMs;
    this.#passed = facts.profile.headers;
  }

  get caller(): Caller {
    return this.facts.caller;
  }

  get view(): View {
    return this.#own?.view ?? this.#context.viewOf(this.facts.classKey);
  }

  get streams(): SessionStreams {
    return (this.#streams ??= new SessionStreams(
      this.#context.streamLimits,
      this.facts.id.slice(0, 8),
    ));
  }

  /** The streams, if there ever were any. */
  get openedStreams(): SessionStreams | undefined {
    return this.#streams;
  }

  link(backend: string): Link | Promise<Link> {
    return this.#linksMade.get(backend, this.#context.now());
  }

  get openLinks(): Iterable<[backend: string, link: Link]> {
    return this.#links?.opened() ?? [];
  }

  receive(backend: string, link: Link, message: Message): string | undefined {
    if (message.kind === "request") return this.#request(backend, link, message);
    if (message.method === "notifications/cancelled") return this.#asked?.withdraw(link, message);
    if (!LIST_CHANGED.has(message.method)) return message.text;
    this.#listChanged(backend, link);
    return undefined;
  }

  /** Takes the client's answer to a request of a backend; false when nothing like it was asked. */
  answered(answer: Message): boolean {
    const taken = this.#asked?.take(answer);
    // A backend that is gone needs no answer; its link reports that by itself.
    taken?.link.send(taken.text).catch(() => undefined);
    return taken !== undefined;
  }

  /** Sends something to the client that belongs to no request of it. */
  notify(text: string): void {
    // What a closed session keeps would be kept for ever.
    if (!this.#closed) this.streams.standalone.push(text);
  }

  /** Tells the client that lists changed, once for all changes until it hears of it. */
  announce(kinds: readonly ItemKind[]): void {
    if (this.#closed) return;
    for (const text of changeTexts(kinds)) this.streams.standalone.pushOnce(text);
  }

  /** Notes a call under way. Throws `invalid-request` when its id is in use, `too-many-calls` when there is no room. */
  begin(idKey: string, call: CallUnderWay): void {
    (this.#calls ??= new CallsUnderWay()).begin(idKey, call);
  }

  finish(idKey: string): void {
    this.#calls?.finish(idKey);
  }

  get callsUnderWay(): number {
    return this.#calls?.count ?? 0;
  }

  /** Ends a call as the client asked; a call that is over is no error. */
  cancel(idKey: string, reason: string): void {
    this.#calls?.cancel(idKey, reason);
  }

  /** Sets the log level here and at every backend that is linked. */
  async setLogLevel(level: string): Promise<void> {
    const links = [...this.openLinks].map(([, link]) => link);
    await (this.#replayed ??= new ReplayedState()).setLogLevel(level, links);
  }

  subscribed(uri: string, backend: string): void {
    (this.#replayed ??= new ReplayedState()).subscribed(uri, backend);
  }

  unsubscribed(uri: string): void {
    this.#replayed?.unsubscribed(uri);
  }

  /** Tells every linked backend whether its standing stream has somebody to listen. */
  listen(wanted: boolean): void {
    for (const [, link] of this.openLinks) link.listen(wanted);
  }

  /** Passes a notification of the client on: progress to the backend that asked, anything else to every linked one. */
  pass(notification: Message): void {
    const send = (link: Link): void => void link.send(notification.text).catch(() => undefined);
    if (notification.method !== "notifications/progress")
      for (const [, link] of this.openLinks) send(link);
    else {
      const asker = this.#asked?.linkOf(notification);
      if (asker !== undefined) send(asker);
    }
  }

  /** Notes what a request carried of the headers to pass through; a rotated token reaches backends with the next call. */
  passHeaders(headers: Readonly<Record<string, string>>): void {
    if (headers === this.#passed || JSON.stringify(headers) === JSON.stringify(this.#passed))
      return;
    this.#passed = headers;
    this.#links?.passHeaders(headers);
  }

  /** Closes links that cost a process and are not in use. */
  closeIdleLinks(nowMs: number): void {
    if (this.callsUnderWay > 0) return;
    this.#links?.closeIdle(nowMs, (backend) => this.#replayed?.subscribedTo(backend) ?? false);
  }

  /** Ends every call under way with this error, and tells their backends. */
  giveUpCalls(error: GatewayError): void {
    this.#calls?.giveUp(error);
  }

  /** Ends calls, streams and backend sessions. */
  async close(nowMs: number): Promise<void> {
    this.#closed = true;
    this.giveUpCalls(new GatewayError("session-not-found", "The session was ended."));
    this.#own?.close();
    this.#streams?.close(nowMs);
    await this.#links?.close();
  }

  get #linksMade(): Links {
    return (this.#links ??= new Links(
      this.#context.backends,
      { ...this.facts.profile, headers: this.#passed },
      {
        message: (backend, link, message) => {
          const text = this.receive(backend, link, message);
          if (text !== undefined) this.notify(text);
        },
        opened: (backend, link) => this.#opened(backend, link),
        closed: (backend, link) => {
          this.#own?.forget(backend);
          if (link !== undefined) this.#asked?.forget(link);
        },
        failed: (backend) => this.#context.linkFailed(backend),
      },
    ));
  }

  #request(backend: string, link: Link, message: Message): string | undefined {
    if (message.method === "ping") {
      link.send(resultText(message.id, "{}")).catch(() => undefined);
      return undefined;
    }
    try {
      const text = (this.#asked ??= new AskedRequests()).put(link, message, this.#context.now());
      this.#context.asked(backend, message.method, "forwarded");
      return text;
    } catch (error) {
      this.#context.asked(backend, message.method, "refused");
      link.send(errorText(message.id, GatewayError.from(error))).catch(() => undefined);
      return undefined;
    }
  }

  #listChanged(backend: string, link: Link): void {
    if (this.#closed) return;
    const { classKey } = this.facts;
    const scope = this.#context.backends.get(backend)?.scope;
    this.#context.listChanged(classKey, backend);
    if (scope === "shared") return;
    this.#own ??= new OwnCatalogs(this.#context, classKey, (kinds) => this.announce(kinds));
    this.#own.changed(backend, link, scope === "session");
  }

  async #opened(backend: string, link: Link): Promise<void> {
    this.#own?.restarted(backend);
    const listen = (): void => link.listen(this.#streams?.listening ?? false);
    listen();
    await this.#replayed?.replay(backend, link);
    // The client may have opened or closed its stream meanwhile, when this link was not among the open ones yet.
    listen();
  }
}

export { Session, type SessionContext, type SessionFacts };
