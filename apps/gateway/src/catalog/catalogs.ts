import type { ClientProfile } from "../backends/port.ts";
import type { BackendCatalog } from "./backend-catalog.ts";
import { classKeyOf } from "./class-key.ts";
import { ClientClass, type CatalogsOptions } from "./client-class.ts";
import type { View } from "./view.ts";

/** Classes of clients that are followed at once; a client of one more gets the catalogue of clients that can do nothing special. */
const MAX_CLASSES = 32;

/** A class without clients is forgotten after this time, so that a client that comes back finds it warm. */
const FORGET_CLASS_MS = 10 * 60_000;

/** The profile of the class of clients that can do nothing special; its links also tell the backends' health. */
const PLAIN_PROFILE: Omit<ClientProfile, "clientInfo"> = { capabilities: "{}", headers: {} };

/**
 * What each class of clients can see. What a backend lists may depend on what the client can do and on
 * headers passed through, so clients that are equal in these form a class and share one catalogue.
 */
class Catalogs {
  readonly #options: CatalogsOptions;
  readonly #clientInfo: string;
  readonly #classes = new Map<string, ClientClass>();
  readonly #plain: ClientClass;

  constructor(options: CatalogsOptions, clientInfo: string) {
    this.#options = options;
    this.#clientInfo = clientInfo;
    const profile = { ...PLAIN_PROFILE, clientInfo };
    this.#plain = new ClientClass(classKeyOf(profile), profile, {
      options,
      merged: (backend) => this.#plainRead(backend),
    });
    // It never goes.
    this.#plain.enter();
    this.#classes.set(this.#plain.key, this.#plain);
  }

  /**
   * Counts a client in, which `leave` is to count out; resolves to the key of its class when the backends answered
   * or `startupWaitMs` passed.
   */
  async join(profile: ClientProfile, nowMs: number): Promise<string> {
    const key = classKeyOf(profile);
    const found = this.#classes.get(key) ?? this.#follow(key, profile, nowMs);
    found.enter();
    await found.firstView;
    found.announce();
    return found.key;
  }

  /** Resolves once it was tried to read these backends for a class, which may be later than `join` waits. */
  async tried(key: string, backends: Iterable<string>): Promise<void> {
    const found = this.#class(key);
    await Promise.all([...backends].map(async (name) => found.source(name)?.settled));
  }

  /** Counts a client out. */
  leave(key: string, nowMs: number): void {
    this.#classes.get(key)?.leave(nowMs);
  }

  /** What a class can see now. */
  view(key: string): View {
    return this.#class(key).view;
  }

  /** What a class can see of a backend. */
  catalogOf(key: string, backend: string): BackendCatalog | undefined {
    return this.#class(key).catalogOf(backend);
  }

  /** What a class can see, with other catalogues for some backends. */
  viewWith(key: string, own: ReadonlyMap<string, BackendCatalog>): View {
    return this.#class(key).viewWith(own);
  }

  /** A backend told a client of this class that its lists changed. */
  invalidate(key: string, backend: string): void {
    this.#classes.get(key)?.source(backend)?.invalidate();
  }

  /** A call to this backend failed: find out how it is. */
  suspect(backend: string): void {
    this.#plain.source(backend)?.suspect();
  }

  /** Resolves when the backends answered for the first time, or `startupWaitMs` after the start. */
  get firstView(): Promise<void> {
    return this.#plain.firstView;
  }

  /** The catalogue of clients that can do nothing special, for status. */
  get plain(): View {
    return this.#plain.view;
  }

  /** Follows the backends that there are now; of those that were `replaced` nothing is believed that was read before. */
  sync(replaced: ReadonlySet<string>): void {
    for (const found of this.#classes.values()) found.sync(replaced);
  }

  /** Forgets classes that had no client for a while. */
  sweep(nowMs: number): void {
    for (const found of this.#classes.values())
      if (found.clients === 0 && nowMs - found.idleSinceMs >= FORGET_CLASS_MS) this.#forget(found);
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#classes.values()].map((found) => found.close()));
  }

  /** A class of its own for clients of this profile, if need be in place of the one that was without clients for longest. */
  #follow(key: string, profile: ClientProfile, nowMs: number): ClientClass {
    this.sweep(nowMs);
    if (this.#classes.size >= MAX_CLASSES) {
      const [idle] = [...this.#classes.values()]
        .filter(({ clients }) => clients === 0)
        .toSorted((a, b) => a.idleSinceMs - b.idleSinceMs);
      if (idle === undefined) return this.#plain;
      this.#forget(idle);
    }
    const fallback = { catalogOf: (name: string) => this.#plain.source(name)?.catalog };
    const own = { ...profile, clientInfo: this.#clientInfo };
    const made = new ClientClass(key, own, { options: this.#options, fallback });
    this.#classes.set(key, made);
    return made;
  }

  #class(key: string): ClientClass {
    return this.#classes.get(key) ?? this.#plain;
  }

  #forget(found: ClientClass): void {
    this.#classes.delete(found.key);
    void found.close();
  }

  /** Classes that could not read this backend themselves show what was read for the plain one. */
  #plainRead(backend: string): void {
    for (const found of this.#classes.values())
      if (found !== this.#plain && found.source(backend)?.catalog === undefined) found.merge();
  }
}

export { Catalogs };
