import { createHash } from "node:crypto";
import type { BackendHealth } from "../backends/health.ts";
import type { Backend, ClientProfile } from "../backends/port.ts";
import type { GatewayError } from "../rpc/errors.ts";
import type { BackendCatalog, ItemKind } from "./backend-catalog.ts";
import { CatalogSource, type CatalogTiming } from "./catalog-source.ts";
import type { View } from "./view.ts";

/** Classes of clients that are followed at once; a client of one more gets the catalogue of clients that can do nothing special. */
const MAX_CLASSES = 32;

/** A class without clients is forgotten after this time, so that a client that comes back finds it warm. */
const FORGET_CLASS_MS = 10 * 60_000;

/** What catalogues are made of and how. */
interface CatalogsOptions {
  /** In configuration order, which decides conflicts. */
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

interface ClassOfClients {
  readonly key: string;
  readonly sources: Map<string, CatalogSource>;
  readonly firstView: Promise<void>;
  view: View;
  clients: number;
  idleSinceMs: number;
}

/** The profile of the class of clients that can do nothing special; its links also tell the backends' health. */
const PLAIN_PROFILE: Omit<ClientProfile, "clientInfo"> = { capabilities: "{}", headers: {} };

/**
 * What each class of clients can see. What a backend lists may depend on what the client can do and on
 * headers passed through, so clients that are equal in these form a class and share one catalogue.
 */
class Catalogs {
  readonly #options: CatalogsOptions;
  readonly #clientInfo: string;
  readonly #classes = new Map<string, ClassOfClients>();
  readonly #plain: ClassOfClients;

  constructor(options: CatalogsOptions, clientInfo: string) {
    this.#options = options;
    this.#clientInfo = clientInfo;
    const plain = { ...PLAIN_PROFILE, clientInfo };
    this.#plain = this.#follow(classKeyOf(plain), plain, options.health);
    this.#plain.clients = 1;
  }

  /** Counts a client in; resolves to its class when the backends answered or `startupWaitMs` passed. */
  async join(profile: ClientProfile, nowMs: number): Promise<string> {
    const key = classKeyOf(profile);
    this.sweep(nowMs);
    const found =
      this.#classes.get(key) ??
      (this.#classes.size < MAX_CLASSES
        ? this.#follow(key, { ...profile, clientInfo: this.#clientInfo })
        : this.#plain);
    found.clients++;
    await found.firstView;
    return found.key;
  }

  /** Counts a client out. */
  leave(key: string, nowMs: number): void {
    const found = this.#classes.get(key);
    if (found === undefined) return;
    found.clients--;
    found.idleSinceMs = nowMs;
  }

  /** What a class can see now. */
  view(key: string): View {
    return (this.#classes.get(key) ?? this.#plain).view;
  }

  /** A backend told a client of this class that its lists changed. */
  invalidate(key: string, backend: string): void {
    this.#classes.get(key)?.sources.get(backend)?.invalidate();
  }

  /** A call to this backend failed: find out how it is. */
  suspect(backend: string): void {
    this.#plain.sources.get(backend)?.suspect();
  }

  /** The catalogue of clients that can do nothing special, for status. */
  get plain(): View {
    return this.#plain.view;
  }

  /** Forgets classes that had no client for a while. */
  sweep(nowMs: number): void {
    for (const [key, found] of this.#classes) {
      if (found.clients > 0 || nowMs - found.idleSinceMs < FORGET_CLASS_MS) continue;
      this.#classes.delete(key);
      for (const source of found.sources.values()) void source.close();
    }
  }

  async close(): Promise<void> {
    const sources = [...this.#classes.values()].flatMap((found) => [...found.sources.values()]);
    await Promise.allSettled(sources.map((source) => source.close()));
  }

  #follow(
    key: string,
    profile: ClientProfile,
    health?: ReadonlyMap<string, BackendHealth>,
  ): ClassOfClients {
    const { backends, timing, startupWaitMs } = this.#options;
    const sources = new Map<string, CatalogSource>();
    const waited = Promise.withResolvers<void>();
    const found: ClassOfClients = {
      key,
      sources,
      firstView: waited.promise,
      view: this.#options.aggregate([]),
      clients: 0,
      idleSinceMs: 0,
    };
    this.#classes.set(key, found);
    for (const [name, backend] of backends) {
      const known = health?.get(name);
      const events = {
        changed: () => {
          this.#options.read(name);
          this.#merge(found);
        },
        failed: (error: GatewayError) => this.#options.failed(name, error),
      };
      sources.set(
        name,
        new CatalogSource(backend, profile, { timing, events, ...(known && { health: known }) }),
      );
    }
    this.#merge(found);
    const timer = setTimeout(waited.resolve, startupWaitMs);
    void Promise.all([...sources.values()].map((source) => source.settled)).then(() => {
      clearTimeout(timer);
      waited.resolve();
    });
    return found;
  }

  /** A backend that this class has not read yet shows what clients that can do nothing special see. */
  #merge(found: ClassOfClients): void {
    const catalogs: BackendCatalog[] = [];
    for (const [name, source] of found.sources) {
      const catalog =
        source.catalog ?? this.#classes.get(this.#plainKey)?.sources.get(name)?.catalog;
      if (catalog !== undefined) catalogs.push(catalog);
    }
    const before = found.view;
    found.view = this.#options.aggregate(catalogs);
    const kinds = changedKinds(before, found.view);
    if (kinds.length > 0) this.#options.changed(found.key, kinds);
  }

  get #plainKey(): string {
    return this.#plain?.key ?? "";
  }
}

function changedKinds(before: View, after: View): ItemKind[] {
  const kinds: ItemKind[] = ["tools", "prompts", "resources", "resourceTemplates"];
  return kinds.filter((kind) => {
    const [old, now] = [before.lists[kind].pages, after.lists[kind].pages];
    return old.length !== now.length || old.some((page, index) => page !== now[index]);
  });
}

/** Clients with equal capabilities and passed-through headers have the same key; no header's value can be read from it. */
function classKeyOf(profile: ClientProfile): string {
  const canonical = JSON.stringify([
    sorted(JSON.parse(profile.capabilities)),
    sorted(profile.headers),
  ]);
  return createHash("sha256").update(canonical).digest("base64url");
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => [key, sorted(inner)]);
}

export { Catalogs };
