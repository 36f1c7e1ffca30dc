import { HttpEndpoint, type HttpEndpointOptions } from "./http-endpoint.ts";
import { HttpLink } from "./http-link.ts";
import type { Backend, BackendSession, ClientProfile, Inbound, Link } from "./port.ts";

/** A streamable-HTTP backend: where it is, and how the gateway talks to it. */
interface HttpBackendOptions extends HttpEndpointOptions {
  /** Credentials and other fixed headers, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly handshakeTimeoutMs: number;
}

/** Opens sessions with one streamable-HTTP server over sockets that all sessions share. */
class HttpBackend implements Backend {
  readonly name: string;
  readonly #options: HttpBackendOptions;
  readonly #endpoint: HttpEndpoint;

  constructor(options: HttpBackendOptions) {
    this.name = options.name;
    this.#options = options;
    this.#endpoint = new HttpEndpoint(options);
  }

  get connections(): number {
    return this.#endpoint.connections;
  }

  async open(profile: ClientProfile, inbound: Inbound, known?: BackendSession): Promise<Link> {
    const link = new HttpLink({
      endpoint: this.#endpoint,
      profile,
      inbound,
      headers: this.#options.headers,
      handshakeTimeoutMs: this.#options.handshakeTimeoutMs,
      ...(known && { known }),
    });
    if (known === undefined) await link.handshake();
    return link;
  }

  async close(): Promise<void> {
    await this.#endpoint.close();
  }
}

export { HttpBackend, type HttpBackendOptions };
