import type { Backend, BackendSession, ClientProfile, Inbound, Link } from "../backends/port.ts";
import { GatewayError } from "../rpc/errors.ts";
import type { Message } from "../rpc/message.ts";

/** What happens on the links of one client. */
interface LinkEvents {
  /** A message that belongs to no request. */
  message(backend: string, link: Link, message: Message): void;
  /** The session that this client has at a backend already, in which its link is to go on. */
  known(backend: string): BackendSession | undefined;
  /**
   * A new session was opened, `undefined` where it is bound to its link. Resolves to the session to go on in instead, when
   * another process opened one first.
   */
  began(backend: string, session: BackendSession | undefined): Promise<BackendSession | undefined>;
  /** A link is there: what the backend must know of this client is to be sent before it is used, unless its session is known. */
  opened(backend: string, link: Link, session: "new" | "known"): Promise<void>;
  /** A link has a new session because its backend forgot the last; resolves as `began`. */
  reopened(backend: string, link: Link): Promise<BackendSession | undefined>;
  closed(backend: string, link: Link | undefined): void;
  /** A link could not be opened. */
  failed(backend: string): void;
}

/** The links of one client to backends, each opened when first used. */
class Links {
  #profile: ClientProfile;
  readonly #events: LinkEvents;
  readonly #backends: ReadonlyMap<string, Backend>;
  readonly #links = new Map<string, Link | Promise<Link>>();
  readonly #usedMs = new Map<string, number>();
  /** How the links were closed; nothing is opened from then on. */
  #closed: { readonly keepSession: boolean } | undefined;

  constructor(backends: ReadonlyMap<string, Backend>, profile: ClientProfile, events: LinkEvents) {
    this.#backends = backends;
    this.#profile = profile;
    this.#events = events;
  }

  /** The link to a backend; concurrent first uses share one handshake. Rejects with a GatewayError. */
  get(name: string, nowMs: number): Link | Promise<Link> {
    if (this.#backends.get(name)?.linkIdleMs !== undefined) this.#usedMs.set(name, nowMs);
    const known = this.#links.get(name);
    if (known !== undefined) return known;
    if (this.#closed !== undefined) return Promise.reject(endedError());
    const opening = this.#open(name);
    this.#links.set(name, opening);
    opening.then(
      (link) => this.#settle(name, opening, link),
      () => {
        this.#settle(name, opening, undefined);
        if (this.#closed === undefined) this.#events.failed(name);
      },
    );
    return opening;
  }

  /** The links that are open now. */
  *opened(): Iterable<[backend: string, link: Link]> {
    for (const [name, link] of this.#links) if (!(link instanceof Promise)) yield [name, link];
  }

  /** The client's passed-through headers are others from now on, for links that are open and those to come. */
  passHeaders(headers: Readonly<Record<string, string>>): void {
    this.#profile = { ...this.#profile, headers };
    for (const [, link] of this.opened()) link.passHeaders?.(headers);
  }

  /** Closes the link to a backend that is not there any more; calls under way over it fail. */
  drop(name: string): void {
    const link = this.#links.get(name);
    if (link === undefined) return;
    this.#dropped(name, link instanceof Promise ? undefined : link);
    this.#links.delete(name);
    if (!(link instanceof Promise)) void link.close();
  }

  /** Closes links that may be closed when idle and were not used for their time; `needed` says which stay all the same. */
  closeIdle(nowMs: number, needed: (backend: string) => boolean): void {
    for (const [name, link] of this.opened()) {
      const idleMs = this.#backends.get(name)?.linkIdleMs;
      if (
        idleMs === undefined ||
        nowMs - (this.#usedMs.get(name) ?? nowMs) < idleMs ||
        needed(name)
      )
        continue;
      this.#usedMs.delete(name);
      this.#dropped(name, link);
      void link.close();
    }
  }

  /**
   * Closes all links; their sessions at backends end, unless they are kept for another process. Links that are being
   * opened are not waited for; they close once they are there.
   */
  async close(how: { readonly keepSession: boolean } = { keepSession: false }): Promise<void> {
    this.#closed = how;
    const links = [...this.opened()];
    this.#links.clear();
    await Promise.allSettled(links.map(([, link]) => link.close(how)));
  }

  async #open(name: string): Promise<Link> {
    const backend = this.#backends.get(name);
    if (backend === undefined)
      throw new GatewayError("internal", `There is no backend ${JSON.stringify(name)}.`);
    let link: Link | undefined;
    // A backend may speak before its handshake is done here; what it says waits for the link.
    const early: Message[] = [];
    const inbound: Inbound = {
      message: (message) =>
        link === undefined ? void early.push(message) : this.#events.message(name, link, message),
      reopened: () => (link === undefined ? undefined : this.#events.reopened(name, link)),
      closed: () => this.#dropped(name, link),
    };
    const profile = this.#profile;
    const known = this.#events.known(name);
    let opened = await backend.open(profile, inbound, known);
    // A backend may have been given another transport since, over which no link goes on in a session.
    let goesOn = known !== undefined && opened.session !== undefined;
    let isStored = goesOn;
    if (!goesOn && this.#closed === undefined) {
      const agreed = await this.#events.began(name, opened.session);
      isStored = true;
      if (agreed !== undefined) {
        void opened.close();
        early.length = 0;
        opened = await backend.open(profile, inbound, agreed);
        goesOn = true;
      }
    }
    if (this.#closed !== undefined) {
      // What nobody else knows of nobody else can go on in.
      void opened.close(isStored ? this.#closed : undefined);
      throw endedError();
    }
    link = opened;
    if (profile !== this.#profile) link.passHeaders?.(this.#profile.headers);
    for (const message of early) this.#events.message(name, link, message);
    await this.#events.opened(name, link, goesOn ? "known" : "new");
    return link;
  }

  #settle(name: string, opening: Promise<Link>, link: Link | undefined): void {
    if (this.#closed !== undefined) return void link?.close(this.#closed);
    // The backend was let go of meanwhile.
    if (this.#links.get(name) !== opening) return void link?.close();
    if (link === undefined) this.#links.delete(name);
    else this.#links.set(name, link);
  }

  #dropped(name: string, link: Link | undefined): void {
    this.#events.closed(name, link);
    if (link === undefined || this.#links.get(name) === link) this.#links.delete(name);
  }
}

function endedError(): GatewayError {
  return new GatewayError("session-not-found", "The session was ended.");
}

export { Links, type LinkEvents };
