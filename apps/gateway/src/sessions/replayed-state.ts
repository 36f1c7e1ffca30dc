import { ask } from "../backends/ask.ts";
import type { Link } from "../backends/port.ts";
import { requestText } from "../rpc/reply.ts";

/** Subscriptions that are kept; of more, the oldest are not made again. */
const MAX_SUBSCRIPTIONS = 1_000;

/** What a client told its backends that each must be told again after a handshake: log level and subscriptions. */
class ReplayedState {
  readonly #subscriptions = new Map<string, string>();
  #logLevel: string | undefined;

  /** Notes the log level and sets it at these links; resolves when each took it or failed to. */
  async setLogLevel(level: string, links: Iterable<Link>): Promise<void> {
    this.#logLevel = level;
    await Promise.allSettled([...links].map((link) => this.#sendLogLevel(link)));
  }

  subscribed(uri: string, backend: string): void {
    this.#subscriptions.delete(uri);
    this.#subscriptions.set(uri, backend);
    const [oldest] = this.#subscriptions.keys();
    if (this.#subscriptions.size > MAX_SUBSCRIPTIONS && oldest !== undefined)
      this.#subscriptions.delete(oldest);
  }

  unsubscribed(uri: string): void {
    this.#subscriptions.delete(uri);
  }

  /** Whether the client hears of resources of this backend. */
  subscribedTo(backend: string): boolean {
    for (const owner of this.#subscriptions.values()) if (owner === backend) return true;
    return false;
  }

  /** Tells a backend all of it over a new link; resolves when it took it or failed to. */
  async replay(backend: string, link: Link): Promise<void> {
    const uris = [...this.#subscriptions].filter(([, owner]) => owner === backend);
    await Promise.allSettled([
      this.#sendLogLevel(link),
      ...uris.map(([uri]) =>
        ask(link, (id) => requestText(id, "resources/subscribe", JSON.stringify({ uri }))),
      ),
    ]);
  }

  async #sendLogLevel(link: Link): Promise<void> {
    const level = this.#logLevel;
    if (level === undefined || link.server.capabilities["logging"] === undefined) return;
    await ask(link, (id) => requestText(id, "logging/setLevel", JSON.stringify({ level })));
    // A link that is being opened is not among those that hear of a new level.
    if (level !== this.#logLevel) await this.#sendLogLevel(link);
  }
}

export { ReplayedState };
