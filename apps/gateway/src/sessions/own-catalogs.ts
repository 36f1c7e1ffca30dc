import type { Link } from "../backends/port.ts";
import type { BackendCatalog, ItemKind } from "../catalog/backend-catalog.ts";
import { changedKinds, sameLists } from "../catalog/list-changes.ts";
import { readCatalog } from "../catalog/read-catalog.ts";
import { SettleTime } from "../catalog/settle-time.ts";
import type { View } from "../catalog/view.ts";

const LIST_TIMEOUT_MS = 30_000;
/** A request waits no longer for lists that another process has read already. */
const RECALL_TIMEOUT_MS = 3_000;

/** A change is given so long to show in what all clients of the class see, where one reading is enough for all of them. */
const CLASS_FIRST_MS = 1_000;
/** Over this time the sessions that have to look for themselves are spread. */
const SPREAD_MS = 2_000;

/** Hears that the session sees something else because of a backend, which has lists for it alone or no more. */
type HearChange = (kinds: readonly ItemKind[], backend: string, isOwn: boolean) => void;

/** What classes of clients see. */
interface ClassLists {
  viewOf(classKey: string): View;
  /** The same with other catalogues for some backends. */
  viewWith(classKey: string, own: ReadonlyMap<string, BackendCatalog>): View;
  /** What a class sees of a backend. */
  catalogOf(classKey: string, backend: string): BackendCatalog | undefined;
}

/**
 * What backends offer to one session alone: some add tools to a session in the middle of it, after a call that asks for
 * them. When a backend tells the session that lists changed, and its class sees no change, they are read over the session's own link.
 */
class OwnCatalogs {
  readonly #lists: ClassLists;
  readonly #classKey: string;
  readonly #changed: HearChange;
  readonly #own = new Map<string, BackendCatalog>();
  readonly #waiting = new Map<string, NodeJS.Timeout>();
  /** The latest reading of each backend that is under way. */
  readonly #reading = new Map<string, symbol>();
  readonly #settleTime = new SettleTime();
  #lookedAtMs = -Infinity;
  #view: { readonly of: View; readonly own: View } | undefined;

  /** `changed` hears that the session sees something else. */
  constructor(lists: ClassLists, classKey: string, changed: HearChange) {
    this.#lists = lists;
    this.#classKey = classKey;
    this.#changed = changed;
  }

  get view(): View {
    const of = this.#lists.viewOf(this.#classKey);
    if (this.#own.size === 0) return of;
    if (this.#view?.of !== of)
      this.#view = { of, own: this.#lists.viewWith(this.#classKey, this.#own) };
    return this.#view.own;
  }

  /** A backend told this session that lists changed; `alone` when it can mean no other session. */
  changed(backend: string, link: Link, alone: boolean): void {
    if (this.#waiting.has(backend)) return;
    const before = this.#classCatalog(backend);
    const look = (): void => {
      this.#waiting.delete(backend);
      const now = this.#classCatalog(backend);
      // The class saw a change, so that this was it.
      if (!alone && !this.#own.has(backend) && !same(before, now)) return;
      void this.#look(backend, link);
    };
    const delayMs = alone
      ? this.#settleTime.next(performance.now() - this.#lookedAtMs)
      : CLASS_FIRST_MS + Math.random() * SPREAD_MS;
    this.#waiting.set(backend, setTimeout(look, delayMs).unref());
  }

  /** The backend began a new session: what it offered to the old one is over. */
  restarted(backend: string): void {
    this.#reading.delete(backend);
    this.#replace(backend, undefined);
  }

  /** The backend is not linked any more. */
  forget(backend: string): void {
    clearTimeout(this.#waiting.get(backend));
    this.#waiting.delete(backend);
    this.restarted(backend);
  }

  /** Reads again what another process has read, which has told the client; resolves once it is there, or cannot be had. */
  async recall(backend: string, link: Link): Promise<void> {
    const catalog = await this.#read(backend, link, RECALL_TIMEOUT_MS);
    if (catalog !== undefined) this.recalled(backend, catalog);
  }

  /** What another process found, which has told the client: nothing where the session sees what its class sees. */
  recalled(backend: string, catalog?: BackendCatalog): void {
    this.#put(backend, same(this.#classCatalog(backend), catalog) ? undefined : catalog);
  }

  close(): void {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
    this.#reading.clear();
  }

  async #look(backend: string, link: Link): Promise<void> {
    const catalog = await this.#read(backend, link, LIST_TIMEOUT_MS);
    if (catalog === undefined) return;
    this.#replace(backend, same(this.#classCatalog(backend), catalog) ? undefined : catalog);
  }

  /** What the backend lists now; nothing when it cannot be had, or is read anew. */
  async #read(backend: string, link: Link, timeoutMs: number): Promise<BackendCatalog | undefined> {
    const reading = Symbol(backend);
    this.#reading.set(backend, reading);
    const known = this.#classCatalog(backend);
    const before = this.#own.get(backend) ?? known;
    const { catalog } = await readCatalog(backend, link, { timeoutMs, before, known });
    this.#lookedAtMs = performance.now();
    if (this.#reading.get(backend) !== reading) return undefined;
    this.#reading.delete(backend);
    return catalog;
  }

  #classCatalog(backend: string): BackendCatalog | undefined {
    return this.#lists.catalogOf(this.#classKey, backend);
  }

  #replace(backend: string, catalog: BackendCatalog | undefined): void {
    if (catalog === undefined && !this.#own.has(backend)) return;
    const before = this.view;
    this.#put(backend, catalog);
    const kinds = changedKinds(before, this.view);
    if (kinds.length > 0) this.#changed(kinds, backend, catalog !== undefined);
  }

  #put(backend: string, catalog: BackendCatalog | undefined): void {
    if (catalog === undefined) this.#own.delete(backend);
    else this.#own.set(backend, catalog);
    this.#view = undefined;
  }
}

function same(one: BackendCatalog | undefined, other: BackendCatalog | undefined): boolean {
  return one === other || (one !== undefined && other !== undefined && sameLists(one, other));
}

export { OwnCatalogs, type ClassLists };
