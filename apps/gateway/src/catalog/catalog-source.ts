import { ask } from "../backends/ask.ts";
import type { BackendHealth } from "../backends/health.ts";
import type { Backend, ClientProfile, Inbound, Link } from "../backends/port.ts";
import { GatewayError } from "../rpc/errors.ts";
import type { Message } from "../rpc/message.ts";
import { requestText } from "../rpc/reply.ts";
import type { BackendCatalog } from "./backend-catalog.ts";
import { ownAnswer } from "./own-answer.ts";
import { readCatalog } from "./read-catalog.ts";
import { SettleTime } from "./settle-time.ts";

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 5_000;

/** How a source of catalogues behaves over time. */
interface CatalogTiming {
  readonly listTimeoutMs: number;
  /** Age after which a catalogue is read again. */
  readonly maxAgeMs: number;
  readonly probeIntervalMs: number;
  readonly probeTimeoutMs: number;
  /** A number in [0, 1), so that many gateways do not probe in step. */
  random(): number;
}

/** What a source reports. */
interface CatalogEvents {
  changed(): void;
  failed(error: GatewayError): void;
}

/** One attempt to link, with what the backend says before the link is there. */
interface Opening {
  link: Link | undefined;
  ended: GatewayError | undefined;
  readonly early: Message[];
}

/**
 * Follows what one backend offers to one class of clients: links to it, reads its lists, reads them again
 * when it says that they changed, probes it, and comes back by itself. What was read stays until newer is there.
 */
class CatalogSource {
  readonly #backend: Backend;
  readonly #profile: ClientProfile;
  readonly #timing: CatalogTiming;
  readonly #events: CatalogEvents;
  readonly #health: BackendHealth | undefined;
  readonly #settled = Promise.withResolvers<void>();
  readonly #settleTime = new SettleTime();
  #catalog: BackendCatalog | undefined;
  #readAtMs = 0;
  #link: Link | undefined;
  /** The link over which the backend is being looked at. */
  #looking: Link | undefined;
  #stale = false;
  /** Before the next attempt to link, and to read what could not be read. */
  #relinkMs = FIRST_RETRY_MS;
  #rereadMs = FIRST_RETRY_MS;
  #timer: NodeJS.Timeout | undefined;
  #settleTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    backend: Backend,
    profile: ClientProfile,
    options: { timing: CatalogTiming; events: CatalogEvents; health?: BackendHealth },
  ) {
    this.#backend = backend;
    this.#profile = profile;
    this.#timing = options.timing;
    this.#events = options.events;
    this.#health = options.health;
    void this.#connect().then(this.#settled.resolve);
  }

  /** What was last read; a list of it that could not be read again is as it was. */
  get catalog(): BackendCatalog | undefined {
    return this.#catalog;
  }

  /** Resolves once the first attempt succeeded or failed. */
  get settled(): Promise<void> {
    return this.#settled.promise;
  }

  /** The backend said that something changed: it is read again soon. */
  invalidate(): void {
    this.#stale = true;
    if (this.#looking === undefined) this.#readSoon();
  }

  /** A call to the backend failed: it is probed at once instead of when its turn comes. */
  suspect(): void {
    void this.#look({ ping: true });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#settleTimer);
    const link = this.#link;
    this.#link = undefined;
    await link?.close();
  }

  async #connect(): Promise<void> {
    const opening: Opening = { link: undefined, ended: undefined, early: [] };
    try {
      const link = await this.#backend.open(this.#profile, this.#inbound(opening));
      if (this.#closed) return await link.close();
      if (opening.ended !== undefined) throw opening.ended;
      this.#linked(opening, link);
    } catch (thrown) {
      return this.#lost(GatewayError.from(thrown));
    }
    await this.#look({ ping: false });
  }

  #linked(opening: Opening, link: Link): void {
    opening.link = this.#link = link;
    this.#stale = true;
    this.#relinkMs = FIRST_RETRY_MS;
    this.#health?.reached(link.server.protocolVersion);
    link.listen(true);
    for (const message of opening.early.splice(0)) this.#message(link, message);
  }

  #lost(error: GatewayError): void {
    if (this.#closed) return;
    const link = this.#link;
    this.#link = undefined;
    void link?.close();
    // A process that ended, or credentials that were refused, are the gateway's own; clients have others.
    if (this.#backend.scope === "session" || error.code === "backend-refused")
      this.#health?.notLinked(error);
    else this.#health?.unreachable(error);
    this.#events.failed(error);
    this.#later(this.#relinkMs, () => this.#connect());
    this.#relinkMs = Math.min(this.#relinkMs * 2, LAST_RETRY_MS);
  }

  /** Finds out how the backend is, reads what is stale, and plans when to look again. Never rejects. */
  async #look({ ping }: { ping: boolean }): Promise<void> {
    const link = this.#link;
    if (link === undefined || link === this.#looking) return;
    this.#looking = link;
    let failure: GatewayError | undefined;
    try {
      if (ping) await this.#ping(link);
      failure = await this.#refresh(link);
      if (failure !== undefined && !ping) await this.#ping(link);
      if (link === this.#link) this.#looked(link, failure);
    } catch (thrown) {
      failure = GatewayError.from(thrown);
      if (link === this.#link) this.#noPong(failure);
    } finally {
      if (link === this.#looking) this.#looking = undefined;
    }
    // A change that was reported meanwhile; what failed has a time of its own.
    if (this.#stale && failure === undefined && link === this.#link) this.#readSoon();
  }

  async #ping(link: Link): Promise<void> {
    await ask(link, (id) => requestText(id, "ping", "{}"), this.#timing.probeTimeoutMs);
  }

  /** Reads the lists if they may have changed; the answer tells what could not be read. */
  async #refresh(link: Link): Promise<GatewayError | undefined> {
    const { maxAgeMs, listTimeoutMs } = this.#timing;
    if (performance.now() - this.#readAtMs > maxAgeMs) this.#stale = true;
    if (!this.#stale) return undefined;
    this.#stale = false;
    const before = this.#catalog;
    const read = await readCatalog(this.#backend.name, link, { timeoutMs: listTimeoutMs, before });
    if (link !== this.#link) return undefined;
    const [failure] = read.failures;
    if (failure !== undefined) this.#stale = true;
    this.#readAtMs = performance.now();
    if (read.catalog === undefined) return failure;
    this.#catalog = read.catalog;
    this.#events.changed();
    return failure;
  }

  #looked(link: Link, failure: GatewayError | undefined): void {
    if (failure === undefined) {
      this.#health?.reached(link.server.protocolVersion);
      this.#rereadMs = FIRST_RETRY_MS;
      return this.#later(this.#timing.probeIntervalMs, () => this.#look({ ping: true }));
    }
    this.#health?.probeFailed(failure);
    this.#events.failed(failure);
    this.#later(this.#rereadMs, () => this.#look({ ping: true }));
    this.#rereadMs = Math.min(this.#rereadMs * 2, this.#timing.probeIntervalMs);
  }

  #noPong(error: GatewayError): void {
    if (error.code !== "backend-timeout") return this.#lost(error);
    this.#health?.probeFailed(error);
    this.#later(this.#timing.probeIntervalMs, () => this.#look({ ping: true }));
  }

  #readSoon(): void {
    if (this.#closed) return;
    this.#settleTimer ??= setTimeout(
      () => {
        this.#settleTimer = undefined;
        void this.#look({ ping: false });
      },
      this.#settleTime.next(performance.now() - this.#readAtMs),
    );
  }

  #later(delayMs: number, run: () => Promise<void>): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void run(), delayMs * (0.9 + 0.2 * this.#timing.random()));
    this.#timer.unref();
  }

  #inbound(opening: Opening): Inbound {
    return {
      message: (message) => {
        if (opening.link === undefined) opening.early.push(message);
        else this.#message(opening.link, message);
      },
      reopened: () => this.invalidate(),
      closed: (reason) => {
        if (opening.link === undefined) opening.ended = reason;
        else if (opening.link === this.#link) this.#lost(reason);
      },
    };
  }

  #message(link: Link, message: Message): void {
    if (message.kind === "request") link.send(ownAnswer(message)).catch(() => undefined);
    else if (message.method.endsWith("/list_changed")) this.invalidate();
  }
}

export { CatalogSource, type CatalogTiming };
