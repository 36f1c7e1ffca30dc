import { ask } from "../backends/ask.ts";
import type { BackendHealth } from "../backends/health.ts";
import type { Backend, ClientProfile, Inbound, Link } from "../backends/port.ts";
import { GatewayError } from "../rpc/errors.ts";
import type { Message } from "../rpc/message.ts";
import { errorText, requestText, resultText } from "../rpc/reply.ts";
import type { BackendCatalog } from "./backend-catalog.ts";
import { readCatalog } from "./read-catalog.ts";

/** Changes that come together are read together. */
const SETTLE_MS = 25;
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
  #catalog: BackendCatalog | undefined;
  #readAtMs = 0;
  #link: Link | undefined;
  #reading: Promise<void> | undefined;
  #stale = false;
  #probing = false;
  #retryMs = FIRST_RETRY_MS;
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
    void this.#connect();
  }

  /** The last catalogue that was read in full. */
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
    this.#settleTimer ??= setTimeout(() => {
      this.#settleTimer = undefined;
      void this.#read();
    }, SETTLE_MS);
  }

  /** A call to the backend failed: it is probed at once instead of when its turn comes. */
  suspect(): void {
    if (this.#link !== undefined && !this.#probing) void this.#probe();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#settleTimer);
    await this.#link?.close();
  }

  async #connect(): Promise<void> {
    try {
      const link = await this.#backend.open(this.#profile, this.#inbound());
      if (this.#closed) return await link.close();
      this.#link = link;
      link.listen(true);
      this.#stale = true;
      await this.#read();
      this.#retryMs = FIRST_RETRY_MS;
      this.#health?.reached(link.server.protocolVersion);
      this.#later(this.#timing.probeIntervalMs, () => this.#probe());
    } catch (thrown) {
      this.#lost(GatewayError.from(thrown));
    } finally {
      this.#settled.resolve();
    }
  }

  #lost(error: GatewayError): void {
    if (this.#closed) return;
    const link = this.#link;
    this.#link = undefined;
    void link?.close();
    this.#health?.unreachable(error);
    this.#events.failed(error);
    this.#later(this.#retryMs, () => this.#connect());
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
  }

  /** Reads the lists; a change that is reported meanwhile has them read once more. */
  async #read(): Promise<void> {
    if (this.#reading !== undefined) return this.#reading;
    this.#reading = this.#readWhileStale().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #readWhileStale(): Promise<void> {
    const link = this.#link;
    while (this.#stale && link !== undefined && link === this.#link && !this.#closed) {
      this.#stale = false;
      this.#catalog = await readCatalog(this.#backend.name, link, this.#timing.listTimeoutMs);
      this.#readAtMs = performance.now();
      this.#events.changed();
    }
  }

  async #probe(): Promise<void> {
    const link = this.#link;
    if (link === undefined || this.#probing) return;
    this.#probing = true;
    try {
      await ask(link, (id) => requestText(id, "ping", "{}"), this.#timing.probeTimeoutMs);
      this.#health?.reached(link.server.protocolVersion);
      if (performance.now() - this.#readAtMs > this.#timing.maxAgeMs) this.#stale = true;
      if (this.#stale) await this.#read();
      this.#later(this.#timing.probeIntervalMs, () => this.#probe());
    } catch (thrown) {
      const error = GatewayError.from(thrown);
      if (error.code === "backend-timeout") this.#probeFailed(error);
      else if (link === this.#link) this.#lost(error);
    } finally {
      this.#probing = false;
    }
  }

  #probeFailed(error: GatewayError): void {
    this.#health?.probeFailed(error);
    this.#later(this.#timing.probeIntervalMs, () => this.#probe());
  }

  #later(delayMs: number, run: () => Promise<void>): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void run(), delayMs * (0.9 + 0.2 * this.#timing.random()));
    this.#timer.unref();
  }

  #inbound(): Inbound {
    return {
      message: (message) => this.#message(message),
      reopened: () => this.invalidate(),
      closed: (reason) => this.#lost(reason),
    };
  }

  #message(message: Message): void {
    if (message.kind === "notification") {
      if (message.method.endsWith("/list_changed")) this.invalidate();
      return;
    }
    // The catalogue speaks for no client: it has no roots, and nobody to ask.
    const answer =
      message.method === "ping"
        ? resultText(message.id, "{}")
        : message.method === "roots/list"
          ? resultText(message.id, '{"roots":[]}')
          : undefined;
    const refusal = new GatewayError(
      "method-not-found",
      "Nobody can answer this: the session only reads lists.",
    );
    this.#link?.send(answer ?? errorText(message.id, refusal)).catch(() => undefined);
  }
}

export { CatalogSource, type CatalogTiming };
