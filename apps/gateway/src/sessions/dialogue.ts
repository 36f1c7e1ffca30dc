import type { Link } from "../backends/port.ts";
import { GatewayError } from "../rpc/errors.ts";
import type { Message } from "../rpc/message.ts";
import { errorText, resultText } from "../rpc/reply.ts";
import { AskedRequests, askingProcess } from "./asked.ts";
import { BackendListening } from "./backend-listening.ts";
import { BackendSessions } from "./backend-sessions.ts";
import type { DialogueOptions } from "./dialogue-options.ts";
import { endUnlinked } from "./end-unlinked.ts";
import { linkKnown } from "./link-known.ts";
import { Links } from "./links.ts";
import { ReplayedState } from "./replayed-state.ts";
import type { SessionState } from "./session-state.ts";

const LIST_CHANGED: ReadonlySet<string> = new Set([
  "notifications/tools/list_changed",
  "notifications/prompts/list_changed",
  "notifications/resources/list_changed",
]);

/** Everything that passes between one client and its backends besides the calls themselves. */
class Dialogue {
  readonly #options: DialogueOptions;
  readonly #links: Links;
  readonly #sessions: BackendSessions;
  readonly #replayed: ReplayedState;
  readonly #listening: BackendListening;
  #asked: AskedRequests | undefined;
  #closed = false;

  /** `headers` are those that the client sent last, of those that are passed through. */
  constructor(options: DialogueOptions, headers: Readonly<Record<string, string>>) {
    this.#options = options;
    const { state, others, backends, profile } = options;
    this.#replayed = new ReplayedState(state);
    this.#sessions = new BackendSessions({
      state,
      processTag: others?.tag ?? "",
      renewed: (backend, why) => options.renewed(backend, why),
    });
    this.#listening = new BackendListening({
      wanted: options.listening(),
      now: options.now,
      opened: () => this.openLinks,
      subscribedTo: (backend) => this.#replayed.subscribedTo(backend),
      isKnown: (backend) => state.current.backends.has(backend),
      link: () => void this.#linkOthers(),
      tell: (text) => others?.tell(options.sessionId, text),
    });
    this.#links = new Links(
      backends,
      { ...profile, headers },
      {
        message: (backend, link, message) => {
          const text = this.receive(backend, link, message);
          if (text !== undefined) options.notify(text);
        },
        known: (backend) => this.#sessions.known(backend),
        began: (backend, session) => this.#sessions.began(backend, session),
        opened: (backend, link, session) => this.#opened(backend, link, session),
        reopened: (backend, link) => this.#reopened(backend, link),
        closed: (backend, link) => {
          // What was bound to a process that stops is lost, as the client is to be told by the next one.
          if (!this.#closed) this.#sessions.unbound(backend);
          options.unlinked(backend);
          if (link !== undefined) this.#asked?.forget(link);
        },
        failed: (backend) => options.linkFailed(backend),
      },
    );
  }

  link(backend: string): Link | Promise<Link> {
    this.#listening.used(backend);
    return this.#links.get(backend, this.#options.now());
  }

  get openLinks(): Iterable<[backend: string, link: Link]> {
    return this.#links.opened();
  }

  /** The text to hand to the client for a message of a backend; `undefined` when the message was not for the client. */
  receive(backend: string, link: Link, message: Message): string | undefined {
    if (message.kind === "request") return this.#request(backend, link, message);
    if (message.method === "notifications/cancelled") return this.#asked?.withdraw(link, message);
    if (!LIST_CHANGED.has(message.method)) return message.text;
    if (!this.#closed) this.#options.listChanged(backend, link);
    return undefined;
  }

  /** Takes the client's answer to a request of a backend; false when nothing like it was asked. */
  answered(answer: Message): boolean {
    const taken = this.#asked?.take(answer);
    if (taken === undefined) return this.#answeredElsewhere(answer);
    // A backend that is gone needs no answer; its link reports that by itself.
    taken.link.send(taken.text).catch(() => undefined);
    return true;
  }

  /** Sets the log level here and at every backend that the session is known at. */
  async setLogLevel(level: string): Promise<void> {
    const open = [...this.openLinks].map(([, link]) => link);
    await this.#replayed.setLogLevel(level, open, this.#linkOthers());
  }

  /** Another process changed what the client's backends are to know; those that only this one reaches hear of it here. */
  changed(before: SessionState, after: SessionState): void {
    if (before.logLevel !== after.logLevel) void this.#replayed.sendLogLevel(this.#boundLinks());
  }

  subscribed(uri: string, backend: string): void {
    this.#replayed.subscribed(uri, backend);
  }

  unsubscribed(uri: string): void {
    this.#replayed.unsubscribed(uri);
  }

  /** Tells every linked backend whether its standing stream has somebody to listen, and links those that the session is known at. */
  listen(wanted: boolean): void {
    this.#listening.listen(wanted);
    if (wanted && !this.#closed) void this.#linkOthers();
  }

  /** Passes a notification of the client on: progress to the backend that asked, anything else to every linked one. */
  pass(notification: Message): void {
    const send = (link: Link): void => void link.send(notification.text).catch(() => undefined);
    const { others, sessionId, state } = this.#options;
    if (notification.method !== "notifications/progress") {
      for (const [, link] of this.openLinks) send(link);
      for (const linking of this.#linkOthers()) void linking.then((link) => link && send(link));
      const isElsewhere = [...state.current.bound.values()].some((tag) => tag !== others?.tag);
      if (isElsewhere) others?.tell(sessionId, notification.text);
      return;
    }
    const asker = this.#asked?.linkOf(notification);
    if (asker !== undefined) send(asker);
    else others?.tell(sessionId, notification.text);
  }

  /** Passes on what the client said to another process, as far as that cannot do it. */
  hear(message: Message): void {
    if (this.#listening.hear(message)) return;
    if (message.kind === "response") {
      if (this.#asked !== undefined) this.answered(message);
    } else if (message.method === "notifications/progress") {
      this.#asked
        ?.linkOf(message)
        ?.send(message.text)
        .catch(() => undefined);
    } else {
      for (const link of this.#boundLinks()) link.send(message.text).catch(() => undefined);
    }
  }

  passHeaders(headers: Readonly<Record<string, string>>): void {
    this.#links.passHeaders(headers);
  }

  /** Closes the link to a backend that is not there any more. */
  drop(backend: string): void {
    this.#links.drop(backend);
  }

  /** Closes links that cost a process, and standing streams, that are not in use. */
  closeIdleLinks(nowMs: number): void {
    this.#listening.sweep();
    this.#links.closeIdle(nowMs, (backend) => this.#replayed.subscribedTo(backend));
  }

  /** Closes all links; the backends' sessions end with them, unless they are kept for another process. */
  async close(how: { readonly keepSession: boolean }): Promise<void> {
    this.#closed = true;
    const linked = new Set([...this.openLinks].map(([backend]) => backend));
    const unlinked = how.keepSession ? [] : endUnlinked(this.#options, linked);
    await Promise.allSettled([this.#links.close(how), ...unlinked]);
  }

  #linkOthers(): Promise<Link | undefined>[] {
    const { backends, state } = this.#options;
    const link = (backend: string): Link | Promise<Link> => this.link(backend);
    return linkKnown(state.current, { backends, opened: this.openLinks, link });
  }

  /** Links that no other process can have to the same session. */
  #boundLinks(): Link[] {
    return [...this.openLinks]
      .map(([, link]) => link)
      .filter(({ session }) => session === undefined);
  }

  #answeredElsewhere(answer: Message): boolean {
    const { others, sessionId } = this.#options;
    const tag = askingProcess(answer.id);
    if (others === undefined || tag === undefined || tag === others.tag) return false;
    others.answer(tag, sessionId, answer.text);
    return true;
  }

  #request(backend: string, link: Link, message: Message): string | undefined {
    if (message.method === "ping") {
      link.send(resultText(message.id, "{}")).catch(() => undefined);
      return undefined;
    }
    const { others, now, asked } = this.#options;
    try {
      const text = (this.#asked ??= new AskedRequests(others?.tag)).put(link, message, now());
      asked(backend, message.method, "forwarded");
      return text;
    } catch (error) {
      asked(backend, message.method, "refused");
      link.send(errorText(message.id, GatewayError.from(error))).catch(() => undefined);
      return undefined;
    }
  }

  async #opened(backend: string, link: Link, session: "new" | "known"): Promise<void> {
    const { restarted } = this.#options;
    link.listen(this.#listening.wants(backend));
    if (session === "new") {
      restarted(backend);
      await this.#replayed.replay(backend, link);
    }
    // The client may have opened or closed its stream meanwhile, when this link was not among the open ones yet.
    link.listen(this.#listening.wants(backend));
  }

  async #reopened(backend: string, link: Link) {
    const agreed = await this.#sessions.reopened(backend, link.session);
    await this.#opened(backend, link, agreed === undefined ? "new" : "known");
    return agreed;
  }
}

export { Dialogue };
