import { HttpEndpoint } from "./http-endpoint.ts";
import { HttpLink } from "./http-link.ts";
import type { Backend, ClientProfile, Inbound, Link } from "./port.ts";

/** A streamable-HTTP backend. */
interface HttpBackendOptions {
  readonly name: string;
  readonly url: string;
  /** Credentials and other fixed headers, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** PEM certificates to trust instead of the system's. */
  readonly ca?: string;
  readonly connectTimeoutMs: number;
  readonly handshakeTimeoutMs: number;
  /** Sockets for calls; further calls wait for one. */
  readonly maxConnections: number;
  readonly maxAnswerBytes: number;
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

  async open(profile: ClientProfile, inbound: Inbound): Promise<Link> {
    const link = new HttpLink({
      endpoint: this.#endpoint,
      profile,
      inbound,
      headers: this.#options.headers,
      handshakeTimeoutMs: this.#options.handshakeTimeoutMs,
    });
    await link.handshake();
    return link;
  }

  async close(): Promise<void> {
    await this.#endpoint.close();
  }
}

export { HttpBackend, type HttpBackendOptions };
