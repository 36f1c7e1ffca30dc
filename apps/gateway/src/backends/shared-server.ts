import type { Inbound, Link } from "./port.ts";
import { SharedSession } from "./shared-session.ts";

/** Lets many links use one session with a server; it is opened for the first and, when it broke, again for the next. */
class SharedServer {
  readonly #backend: string;
  readonly #open: (inbound: Inbound) => Promise<Link>;
  #session: Promise<SharedSession> | undefined;

  /** `open` does the handshake with the server. */
  constructor(backend: string, open: (inbound: Inbound) => Promise<Link>) {
    this.#backend = backend;
    this.#open = open;
  }

  /** A link of its own for one more client. Rejects with a GatewayError. */
  async join(inbound: Inbound): Promise<Link> {
    this.#session ??= this.#begin();
    const session = await this.#session;
    return session.join(inbound);
  }

  #begin(): Promise<SharedSession> {
    const forget = (): void => {
      this.#session = undefined;
    };
    const session = new SharedSession(this.#backend, forget);
    const opening = this.#open(session.inbound).then((upstream) => {
      session.opened(upstream);
      return session;
    });
    opening.catch(forget);
    return opening;
  }
}

export { SharedServer };
