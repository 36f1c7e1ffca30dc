import type { Dispatcher } from "undici";
import { backendError } from "./backend-error.ts";
import { DuplexLink } from "./duplex-link.ts";
import type { Backend, ClientProfile, Inbound, Link } from "./port.ts";
import { SseChannel } from "./sse-channel.ts";

/** An MCP server that speaks the HTTP+SSE transport of 2024-11-05. */
interface SseBackendOptions {
  readonly name: string;
  /** Where the event stream is. */
  readonly url: string;
  /** Carries all requests, without a limit of sockets that streams could use up; the backend does not close it. */
  readonly dispatcher: Pick<Dispatcher, "request">;
  /** Credentials and passed-through headers for a client, by lower-case name; asked before each request. */
  readonly headers: (profile: ClientProfile) => Readonly<Record<string, string>>;
  /** For opening the stream and the handshake together. */
  readonly handshakeTimeoutMs: number;
  readonly maxMessageBytes: number;
  /** Hears why something that the server sent was ignored. */
  readonly onGarbage: (reason: string) => void;
  /** Milliseconds since any moment. */
  readonly now: () => number;
  /** An id that nobody can guess. */
  readonly newId: () => string;
}

/** Opens sessions with one HTTP+SSE server, each over an event stream of its own. */
class SseBackend implements Backend {
  readonly name: string;
  readonly #options: SseBackendOptions;
  readonly #open = new Set<DuplexLink>();
  #closed = false;

  constructor(options: SseBackendOptions) {
    this.name = options.name;
    this.#options = options;
  }

  async open(profile: ClientProfile, inbound: Inbound): Promise<Link> {
    const { name, url, headers, handshakeTimeoutMs, onGarbage, now, newId } = this.#options;
    if (this.#closed) throw backendError("backend-unavailable", name, "is shut down");
    const startedAtMs = now();
    let client = profile;
    const channel: SseChannel = new SseChannel(
      { ...this.#options, backend: name, url: new URL(url), headers: () => headers(client) },
      {
        message: (text) => link.receive(text),
        oversized: (message) => link.receiveOversized(message),
        broke: (reason) => {
          this.#open.delete(link);
          link.broke(reason);
        },
      },
    );
    const close = (): Promise<void> => {
      this.#open.delete(link);
      return channel.close();
    };
    const link: DuplexLink = new DuplexLink({
      backend: name,
      inbound,
      clients: "one",
      onGarbage,
      channel: { send: (text) => channel.send(text), close },
    });
    this.#open.add(link);
    try {
      await channel.connect(handshakeTimeoutMs);
      const timeoutMs = Math.max(1, handshakeTimeoutMs - (now() - startedAtMs));
      await link.handshake({ profile, id: JSON.stringify(`headgate-${newId()}`), timeoutMs });
    } catch (error) {
      await link.close();
      throw error;
    }
    channel.protocolVersion = link.server.protocolVersion;
    return Object.assign(link, {
      passHeaders: (passed: ClientProfile["headers"]) => {
        client = { ...client, headers: passed };
      },
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#open].map((link) => link.close()));
  }
}

export { SseBackend, type SseBackendOptions };
