import type { Link } from "../backends/port.ts";
import type { ItemKind } from "../catalog/backend-catalog.ts";
import { changeTexts } from "../catalog/list-changes.ts";
import type { View } from "../catalog/view.ts";
import type { Peer } from "../core/call.ts";
import type { Caller } from "../identity/caller.ts";
import { GatewayError } from "../rpc/errors.ts";
import type { Message } from "../rpc/message.ts";
import type { Renewal } from "./backend-sessions.ts";
import { CallsUnderWay, type CallUnderWay } from "./calls-under-way.ts";
import { cancellationOf } from "./cancellation.ts";
import type { ClientStreams } from "./client-streams.ts";
import { Dialogue } from "./dialogue.ts";
import { makeStreams } from "./make-streams.ts";
import { OwnLists } from "./own-lists.ts";
import { isWarned, renewalText } from "./renewal.ts";
import type { SessionContext } from "./session-context.ts";
import type { SessionFacts } from "./session-facts.ts";
import { INITIAL_STATE, KeptState, type SessionState } from "./session-state.ts";

/** One client of a handshake revision. What it needs beyond its facts is made when first needed. */
class Session implements Peer {
  readonly facts: SessionFacts;
  readonly #context: SessionContext;
  readonly #state: KeptState;
  #dialogue: Dialogue | undefined;
  #streams: ClientStreams | undefined;
  #calls: CallsUnderWay | undefined;
  #own: OwnLists | undefined;
  #passed: Readonly<Record<string, string>>;
  #closed = false;
  /** Backends that began anew, whose next result is to say so. */
  renewed: Set<string> | undefined;
  /** When the client was last heard of. */
  lastSeenMs: number;
  /** Until then it need not be asked whether another process ended it. */
  freshUntilMs = 0;

  /** `state` is what other processes made of the session so far. */
  constructor(
    facts: SessionFacts,
    context: SessionContext,
    nowMs: number,
    state: SessionState = INITIAL_STATE,
  ) {
    this.facts = facts;
    this.#context = context;
    this.#state = new KeptState(state, context.others?.share(facts.id));
    this.lastSeenMs = nowMs;
    this.#passed = facts.profile.headers;
  }

  get caller(): Caller {
    return this.facts.caller;
  }

  get view(): View {
    return this.#own?.view ?? this.#context.viewOf(this.facts.classKey);
  }

  get streams(): ClientStreams {
    return (this.#streams ??= makeStreams(this, this.#context));
  }

  /** The streams, if there ever were any. */
  get openedStreams(): ClientStreams | undefined {
    return this.#streams;
  }

  listeningChanged(): void {
    this.listen(this.#streams?.listening ?? false);
  }

  link(backend: string): Link | Promise<Link> {
    return this.#dialogueMade.link(backend);
  }

  get openLinks(): Iterable<[backend: string, link: Link]> {
    return this.#dialogue?.openLinks ?? [];
  }

  receive(backend: string, link: Link, message: Message): string | undefined {
    return this.#dialogueMade.receive(backend, link, message);
  }

  /** Takes the client's answer to a request of a backend; false when nothing like it was asked. */
  answered(answer: Message): boolean {
    return this.#dialogueMade.answered(answer);
  }

  /** Takes what another process made of the session; resolves when that can be seen here. */
  adopt(state: SessionState): Promise<void> | undefined {
    const before = this.#state.current;
    this.#state.adopt(state);
    this.#dialogue?.changed(before, this.#state.current);
    if (this.#streams?.listening) this.listen(true);
    return this.recalled();
  }

  /** Resolves when the client sees here what it sees elsewhere. */
  recalled(): Promise<void> | undefined {
    const { current } = this.#state;
    return this.#own || current.own.size > 0 ? this.#ownMade.adopt(current) : undefined;
  }

  /** Sends something to the client that belongs to no request of it; a closed session would keep it for ever. */
  notify(text: string): void {
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

  /** Throws what `begin` would throw of a call with this id. */
  requireRoom(idKey: string): void {
    this.#calls?.requireRoom(idKey);
  }

  finish(idKey: string): void {
    this.#calls?.finish(idKey);
  }

  get callsUnderWay(): number {
    return this.#calls?.count ?? 0;
  }

  /** Ends the call that the client does not want any more; one that is not under way here may be in another process. */
  cancelled(message: Message, mayBeElsewhere = true): void {
    const named = cancellationOf(message);
    if (named === undefined || this.#calls?.cancel(named.idKey, named.reason)) return;
    if (mayBeElsewhere) this.#context.others?.tell(this.facts.id, message.text);
  }

  /** Takes what the client said to another process, which has no use for it. */
  hear(message: Message): void {
    if (message.method === "notifications/cancelled") this.cancelled(message, false);
    else this.#dialogue?.hear(message);
  }

  /** Sets the log level here and at every backend that is linked. */
  async setLogLevel(level: string): Promise<void> {
    await this.#dialogueMade.setLogLevel(level);
  }

  subscribed(uri: string, backend: string): void {
    this.#dialogueMade.subscribed(uri, backend);
  }

  unsubscribed(uri: string): void {
    this.#dialogue?.unsubscribed(uri);
  }

  /** Tells every backend that knows the session whether its standing stream has somebody to listen. */
  listen(wanted: boolean): void {
    if (this.#dialogue !== undefined || this.#state.current.backends.size > 0)
      this.#dialogueMade.listen(wanted);
  }

  /** Passes a notification of the client on: progress to the backend that asked, anything else to every linked one. */
  pass(notification: Message): void {
    (this.#context.others ? this.#dialogueMade : this.#dialogue)?.pass(notification);
  }

  /** Notes what a request carried of the headers to pass through; a rotated token reaches backends with the next call. */
  passHeaders(headers: Readonly<Record<string, string>>): void {
    if (headers === this.#passed || JSON.stringify(headers) === JSON.stringify(this.#passed))
      return;
    this.#passed = headers;
    this.#dialogue?.passHeaders(headers);
  }

  /** Closes the link to a backend that is not there any more. */
  drop(backend: string): void {
    this.#dialogue?.drop(backend);
  }

  /** Closes links that cost a process and are not in use. */
  closeIdleLinks(nowMs: number): void {
    if (this.callsUnderWay === 0) this.#dialogue?.closeIdleLinks(nowMs);
  }

  /** Ends every call under way with this error, and tells their backends. */
  giveUpCalls(error: GatewayError): void {
    this.#calls?.giveUp(error);
  }

  /** Ends calls and streams, and the backends' sessions unless another process is to go on in them. */
  async close(nowMs: number, how: { readonly keepSession: boolean }): Promise<void> {
    this.#closed = true;
    // Made only where somebody gets it: most sessions that end have no call, and an error costs more than the rest.
    if (this.callsUnderWay > 0)
      this.giveUpCalls(new GatewayError("session-not-found", "The session was ended."));
    this.#own?.close();
    const said = this.#streams?.close(nowMs);
    if (this.#dialogue !== undefined || this.#state.current.backends.size > 0)
      await this.#dialogueMade.close(how);
    await said;
  }

  get #dialogueMade(): Dialogue {
    const { profile, id } = this.facts;
    const context = this.#context;
    return (this.#dialogue ??= new Dialogue(
      {
        sessionId: id,
        profile,
        state: this.#state,
        backends: context.backends,
        others: context.others,
        now: () => context.now(),
        linkFailed: (backend) => context.linkFailed(backend),
        asked: (...what) => context.asked(...what),
        listening: () => this.#streams?.listening ?? false,
        notify: (text) => this.notify(text),
        listChanged: (backend, link) => this.#ownMade.listChanged(backend, link),
        restarted: (backend) => this.#own?.restarted(backend),
        unlinked: (backend) => this.#own?.forget(backend),
        renewed: (backend, why) => this.#backendRenewed(backend, why),
      },
      this.#passed,
    ));
  }

  #backendRenewed(backend: string, why: Renewal): void {
    (this.renewed ??= new Set()).add(backend);
    const canLog = JSON.parse(this.view.capabilities).logging !== undefined;
    if (canLog && isWarned(this.#state.current.logLevel)) this.notify(renewalText(backend, why));
  }

  get #ownMade(): OwnLists {
    return (this.#own ??= new OwnLists({
      context: this.#context,
      classKey: this.facts.classKey,
      state: this.#state,
      link: (backend) => this.link(backend),
      announce: (kinds) => this.announce(kinds),
      notify: (text) => this.notify(text),
    }));
  }
}

export { Session, type SessionContext };
