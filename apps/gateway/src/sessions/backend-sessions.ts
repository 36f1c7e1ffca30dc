import type { BackendSession } from "../backends/port.ts";
import { withEntry, withoutEntry, type KeptState, type SessionState } from "./session-state.ts";

/** Why what a backend kept for a client is gone: it forgot its session, or its connection or child is another process's. */
type Renewal = "forgotten" | "moved";

/** Where the backend sessions of a client are known to all processes that serve it. */
interface BackendSessionsOptions {
  readonly state: KeptState;
  /** Names this process among those that serve the same sessions; empty where it is the only one. */
  readonly processTag: string;
  /** A backend begins anew with this client. */
  renewed(backend: string, why: Renewal): void;
}

/**
 * The sessions that one client has at its backends. They are the client's, not a process's: whoever is first to open one
 * is followed by the others, and a session that a backend forgot is replaced once for all.
 */
class BackendSessions {
  readonly #options: BackendSessionsOptions;
  /** The sessions that links here are in: those that a backend forgets, whatever other processes have put in their place since. */
  readonly #inUse = new Map<string, BackendSession | undefined>();

  constructor(options: BackendSessionsOptions) {
    this.#options = options;
  }

  /** The session to go on in. */
  known(backend: string): BackendSession | undefined {
    const known = this.#options.state.current.backends.get(backend);
    this.#inUse.set(backend, known);
    return known;
  }

  /** A session was opened here, `undefined` for one that is bound to this process; resolves to the one to use instead. */
  async began(
    backend: string,
    session: BackendSession | undefined,
  ): Promise<BackendSession | undefined> {
    const { state, processTag } = this.#options;
    if (processTag === "") return undefined;
    if (session === undefined) return this.#bind(backend);
    const agreed = await state.change((current) =>
      current.backends.has(backend) ? current : withSession(current, backend, session),
    );
    return this.#follow(backend, session, agreed);
  }

  /** A backend forgot its session and a new one was opened; resolves to the one to use instead. */
  async reopened(
    backend: string,
    session: BackendSession | undefined,
  ): Promise<BackendSession | undefined> {
    const { state, processTag, renewed } = this.#options;
    if (processTag === "" || session === undefined) {
      renewed(backend, "forgotten");
      return undefined;
    }
    const forgotten = this.#inUse.get(backend);
    const agreed = await state.change((current) =>
      isSame(current.backends.get(backend), forgotten)
        ? withSession(current, backend, session)
        : current,
    );
    const other = this.#follow(backend, session, agreed);
    // Whoever replaced it first tells the client.
    if (other === undefined) renewed(backend, "forgotten");
    return other;
  }

  /** A link that is bound to this process is gone. */
  unbound(backend: string): void {
    const { state, processTag } = this.#options;
    if (state.current.bound.get(backend) !== processTag) return;
    void state.change((current) =>
      current.bound.get(backend) === processTag
        ? { ...current, bound: withoutEntry(current.bound, backend) }
        : current,
    );
  }

  /** The session that all are to be in, if it is not the one that was opened here. */
  #follow(
    backend: string,
    own: BackendSession,
    { backends }: SessionState,
  ): BackendSession | undefined {
    const agreed = backends.get(backend);
    const other = isSame(own, agreed) ? undefined : agreed;
    this.#inUse.set(backend, other ?? own);
    return other;
  }

  async #bind(backend: string): Promise<undefined> {
    const { state, processTag, renewed } = this.#options;
    const before = state.current.bound.get(backend);
    if (before !== undefined && before !== processTag) renewed(backend, "moved");
    await state.change((current) =>
      current.bound.get(backend) === processTag
        ? current
        : { ...current, bound: withEntry(current.bound, backend, processTag) },
    );
  }
}

function withSession(state: SessionState, backend: string, session: BackendSession): SessionState {
  return { ...state, backends: withEntry(state.backends, backend, session) };
}

function isSame(one: BackendSession | undefined, other: BackendSession | undefined): boolean {
  return one?.id === other?.id && one?.protocolVersion === other?.protocolVersion;
}

export { BackendSessions, type Renewal };
