import { ask } from "../backends/ask.ts";
import type { Link } from "../backends/port.ts";
import { requestText } from "../rpc/reply.ts";
import { withEntry, withoutEntry, type KeptState } from "./session-state.ts";

/** Subscriptions that are kept, and the characters of their URIs; of more, the oldest are not made again. */
const MAX_SUBSCRIPTIONS = 1_000;
const MAX_URI_CHARS = 64 * 1024;

/** What a client told its backends that each must be told again after a handshake: log level and subscriptions. */
class ReplayedState {
  readonly #state: KeptState;

  constructor(state: KeptState) {
    this.#state = state;
  }

  /** Notes the log level and sets it at these links, and those that are being opened; resolves when each took it or failed to. */
  async setLogLevel(
    level: string,
    open: Iterable<Link>,
    opening: readonly Promise<Link | undefined>[],
  ): Promise<void> {
    const noted = this.#state.change((state) => ({ ...state, logLevel: level }));
    const later = opening.map(async (linking) => {
      const link = await linking;
      if (link !== undefined) await this.#sendLogLevel(link);
    });
    await Promise.allSettled([noted, this.sendLogLevel(open), ...later]);
  }

  /** Sets the log level that is noted at these links; resolves when each took it or failed to. */
  async sendLogLevel(links: Iterable<Link>): Promise<void> {
    await Promise.allSettled([...links].map((link) => this.#sendLogLevel(link)));
  }

  subscribed(uri: string, backend: string): void {
    void this.#state.change((state) => ({
      ...state,
      subscriptions: newestOf(withEntry(state.subscriptions, uri, backend)),
    }));
  }

  unsubscribed(uri: string): void {
    if (!this.#state.current.subscriptions.has(uri)) return;
    void this.#state.change((state) => ({
      ...state,
      subscriptions: withoutEntry(state.subscriptions, uri),
    }));
  }

  /** Whether the client hears of resources of this backend. */
  subscribedTo(backend: string): boolean {
    for (const owner of this.#state.current.subscriptions.values())
      if (owner === backend) return true;
    return false;
  }

  /** Tells a backend all of it over a new link; resolves when it took it or failed to. */
  async replay(backend: string, link: Link): Promise<void> {
    const { subscriptions } = this.#state.current;
    const uris = [...subscriptions].filter(([, owner]) => owner === backend);
    await Promise.allSettled([
      this.#sendLogLevel(link),
      ...uris.map(([uri]) =>
        ask(link, (id) => requestText(id, "resources/subscribe", JSON.stringify({ uri }))),
      ),
    ]);
  }

  async #sendLogLevel(link: Link): Promise<void> {
    const level = this.#state.current.logLevel;
    if (level === undefined || link.server.capabilities["logging"] === undefined) return;
    await ask(link, (id) => requestText(id, "logging/setLevel", JSON.stringify({ level })));
    // A link that is being opened is not among those that hear of a new level.
    if (level !== this.#state.current.logLevel) await this.#sendLogLevel(link);
  }
}

/** The newest subscriptions, as many as are kept. */
function newestOf(subscriptions: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const kept = new Map(subscriptions);
  let chars = 0;
  for (const uri of kept.keys()) chars += uri.length;
  for (const uri of kept.keys()) {
    if (kept.size <= MAX_SUBSCRIPTIONS && chars <= MAX_URI_CHARS) break;
    kept.delete(uri);
    chars -= uri.length;
  }
  return kept;
}

export { ReplayedState };
