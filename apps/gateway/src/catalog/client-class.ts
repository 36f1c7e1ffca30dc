import type { BackendHealth } from "../backends/health.ts";
import type { Backend, ClientProfile } from "../backends/port.ts";
import type { GatewayError } from "../rpc/errors.ts";
import type { BackendCatalog, ItemKind } from "./backend-catalog.ts";
import { CatalogSource, type CatalogTiming } from "./catalog-source.ts";
import { changedKinds } from "./list-changes.ts";
import type { View } from "./view.ts";

/** Changes of several backends that come together are announced together. */
const ANNOUNCE_MS = 25;

/** What catalogues are made of and how. */
interface CatalogsOptions {
  /** In configuration order, which decides conflicts. Those that there are may change; see `Catalogs.sync`. */
  readonly backends: ReadonlyMap<string, Backend>;
  readonly health: ReadonlyMap<string, BackendHealth>;
  readonly timing: CatalogTiming;
  /** How long a first view waits for backends that are still starting. */
  readonly startupWaitMs: number;
  aggregate(catalogs: readonly BackendCatalog[]): View;
  /** The lists of a class changed. */
  changed(classKey: string, kinds: readonly ItemKind[]): void;
  /** The lists of a backend were read. */
  read(backend: string): void;
  /** A backend could not be linked to or read. */
  failed(backend: string, error: GatewayError): void;
}

/** The class that others fall back on, and whose links tell the backends' health, has none to fall back on. */
interface Fallback {
  /** What clients that can do nothing special see of a backend. */
  catalogOf(backend: string): BackendCatalog | undefined;
}

/** Clients that see the same, and what they see. */
class ClientClass {
  readonly key: string;
  readonly #options: CatalogsOptions;
  readonly #profile: ClientProfile;
  readonly #fallback: Fallback | undefined;
  readonly #merged: ((backend: string) => void) | undefined;
  readonly #sources = new Map<string, CatalogSource>();
  readonly #firstView = Promise.withResolvers<void>();
  readonly #startup: NodeJS.Timeout;
  #view: View;
  #announced: View;
  #announcing: NodeJS.Timeout | undefined;
  #clients = 0;
  #idleSinceMs = 0;

  /** `merged` hears of each backend that was read. */
  constructor(
    key: string,
    profile: ClientProfile,
    wiring: { options: CatalogsOptions; fallback?: Fallback; merged?: (backend: string) => void },
  ) {
    const { options, fallback, merged } = wiring;
    this.key = key;
    this.#options = options;
    this.#profile = profile;
    this.#fallback = fallback;
    this.#merged = merged;
    for (const [name, backend] of options.backends) this.#follow(name, backend);
    this.#view = this.#announced = this.viewWith();
    this.#startup = setTimeout(this.#firstView.resolve, options.startupWaitMs);
    const settled = [...this.#sources.values()].map((source) => source.settled);
    void Promise.all(settled).then(() => this.#started());
  }

  get view(): View {
    return this.#view;
  }

  /** Resolves when the backends answered or `startupWaitMs` passed. */
  get firstView(): Promise<void> {
    return this.#firstView.promise;
  }

  get clients(): number {
    return this.#clients;
  }

  /** When the last client left; only of use without clients. */
  get idleSinceMs(): number {
    return this.#idleSinceMs;
  }

  enter(): void {
    this.#clients++;
  }

  /** Announces now what waits to be announced, so that a client that is about to see it is not told afterwards. */
  announce(): void {
    clearTimeout(this.#announcing);
    this.#announcing = undefined;
    const kinds = changedKinds(this.#announced, this.#view);
    this.#announced = this.#view;
    if (kinds.length > 0) this.#options.changed(this.key, kinds);
  }

  leave(nowMs: number): void {
    this.#clients--;
    this.#idleSinceMs = nowMs;
  }

  source(backend: string): CatalogSource | undefined {
    return this.#sources.get(backend);
  }

  /** What this class can see of a backend; of one that it has not read yet, what clients that can do nothing special see. */
  catalogOf(backend: string): BackendCatalog | undefined {
    return this.#sources.get(backend)?.catalog ?? this.#fallback?.catalogOf(backend);
  }

  /** The view with other catalogues for some backends. */
  viewWith(own?: ReadonlyMap<string, BackendCatalog>): View {
    const catalogs: BackendCatalog[] = [];
    for (const name of this.#options.backends.keys()) {
      const catalog = own?.get(name) ?? this.catalogOf(name);
      if (catalog !== undefined) catalogs.push(catalog);
    }
    return this.#options.aggregate(catalogs);
  }

  /** Puts the view together anew, and has it announced when it is another one. */
  merge(): void {
    this.#view = this.viewWith();
    this.#announcing ??= setTimeout(() => this.announce(), ANNOUNCE_MS);
  }

  /** Lets go of backends that are gone or `replaced`, and follows those that are new. */
  sync(replaced: ReadonlySet<string>): void {
    const { backends } = this.#options;
    for (const [name, source] of this.#sources) {
      if (backends.has(name) && !replaced.has(name)) continue;
      this.#sources.delete(name);
      void source.close();
    }
    for (const [name, backend] of backends)
      if (!this.#sources.has(name)) this.#follow(name, backend);
    this.merge();
  }

  async close(): Promise<void> {
    this.#started();
    clearTimeout(this.#announcing);
    await Promise.allSettled([...this.#sources.values()].map((source) => source.close()));
  }

  #follow(name: string, backend: Backend): void {
    const options = this.#options;
    const events = {
      changed: () => {
        options.read(name);
        this.merge();
        this.#merged?.(name);
      },
      failed: (error: GatewayError) => options.failed(name, error),
    };
    const health = this.#fallback === undefined ? options.health.get(name) : undefined;
    const source = { timing: options.timing, events, ...(health && { health }) };
    this.#sources.set(name, new CatalogSource(backend, this.#profile, source));
  }

  #started(): void {
    clearTimeout(this.#startup);
    this.#firstView.resolve();
  }
}

export { ClientClass, type CatalogsOptions };
