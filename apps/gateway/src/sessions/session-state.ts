import type { BackendSession } from "../backends/port.ts";

/** What changes of a session while it lives, as far as any process must know it to go on with the session. */
interface SessionState {
  readonly logLevel: string | undefined;
  /** The backend of each resource that the client is subscribed to, by URI. */
  readonly subscriptions: ReadonlyMap<string, string>;
  /** The session's own sessions at backends that another process can go on in, by backend. */
  readonly backends: ReadonlyMap<string, BackendSession>;
  /** The process to which the session's connection or child at a backend belongs, by backend. */
  readonly bound: ReadonlyMap<string, string>;
  /** The backends that offer something to this session alone, each with a number that grows when that changes. */
  readonly own: ReadonlyMap<string, number>;
}

/** Makes the next state of whatever the current one is; it may be applied more than once. */
type StateChange = (state: SessionState) => SessionState;

/** Makes a change for all processes; resolves to the state that then holds, or to nothing when that is not known. */
type ShareState = (change: StateChange) => Promise<SessionState | undefined>;

/** Shared by all that have no entry: an empty map of its own would take each of many sessions 184 bytes. */
const NOTHING: ReadonlyMap<string, never> = new Map<string, never>();

/** The state of a session that just began. */
const INITIAL_STATE: SessionState = Object.freeze({
  logLevel: undefined,
  subscriptions: NOTHING,
  backends: NOTHING,
  bound: NOTHING,
  own: NOTHING,
});

/** The state of one session as this process knows it. */
class KeptState {
  readonly #share: ShareState | undefined;
  #current: SessionState;
  #underWay = 0;

  constructor(initial: SessionState, share?: ShareState) {
    this.#current = stateOf(initial);
    this.#share = share;
  }

  get current(): SessionState {
    return this.#current;
  }

  /** Takes what another process made of it. */
  adopt(state: SessionState): void {
    // What was changed here and is on its way comes back with what the store makes of both.
    if (this.#underWay === 0) this.#current = stateOf(state);
  }

  /** Changes it here at once and for the other processes soon; resolves to what then holds. Never rejects. */
  async change(change: StateChange): Promise<SessionState> {
    this.#current = change(this.#current);
    if (this.#share === undefined) return this.#current;
    this.#underWay++;
    const agreed = await this.#share(change).catch(() => undefined);
    this.#underWay--;
    if (agreed === undefined) return this.#current;
    this.adopt(agreed);
    return agreed;
  }
}

/** The state alone of a record that holds more; of a session of which nothing changed, the one that all have at first. */
function stateOf({ logLevel, subscriptions, backends, bound, own }: SessionState): SessionState {
  const entries = subscriptions.size + backends.size + bound.size + own.size;
  if (entries === 0 && logLevel === undefined) return INITIAL_STATE;
  return { logLevel, subscriptions, backends, bound, own };
}

/** Entries as a map. */
function mapOf<V>(entries: readonly (readonly [string, V])[] = []): ReadonlyMap<string, V> {
  return entries.length === 0 ? NOTHING : new Map(entries);
}

/** A map with one more entry, or another one in its place, which then is the newest. */
function withEntry<V>(map: ReadonlyMap<string, V>, key: string, value: V): ReadonlyMap<string, V> {
  const next = new Map(map);
  next.delete(key);
  return next.set(key, value);
}

/** A map without an entry. */
function withoutEntry<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  if (!map.has(key)) return map;
  const next = new Map(map);
  next.delete(key);
  return next;
}

export {
  INITIAL_STATE,
  KeptState,
  mapOf,
  withEntry,
  withoutEntry,
  type SessionState,
  type ShareState,
  type StateChange,
};
