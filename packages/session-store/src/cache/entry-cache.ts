import { LRUCache } from "lru-cache";
import { bytesOf, type Entry } from "./entry.ts";

/** What a cache may hold. */
export interface CacheBounds {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/**
 * Entries by use, bounded by number and bytes. The least recently used go first; those that are held stay, so the
 * bounds are exceeded only by what is held.
 */
export class EntryCache {
  readonly #bounds: CacheBounds;
  readonly #free: LRUCache<string, Entry>;
  readonly #held = new Map<string, { readonly entry: Entry; readonly bytes: number }>();
  readonly #holds = new Map<string, number>();
  readonly #evicted: (entry: Entry) => void;
  #heldBytes = 0;

  constructor(bounds: CacheBounds, evicted: (entry: Entry) => void) {
    this.#bounds = bounds;
    this.#evicted = evicted;
    this.#free = new LRUCache({ maxSize: bounds.maxBytes, sizeCalculation: bytesOf });
  }

  get size(): number {
    return this.#free.size + this.#held.size;
  }

  get heldCount(): number {
    return this.#held.size;
  }

  get bytes(): number {
    return this.#free.calculatedSize + this.#heldBytes;
  }

  /** The entry, which is now the most recently used. */
  get(id: string): Entry | undefined {
    return this.#held.get(id)?.entry ?? this.#free.get(id);
  }

  /** Adds an entry, or takes note that its size has changed. */
  set(entry: Entry): void {
    this.delete(entry.id);
    if (this.#holds.has(entry.id)) this.#keep(entry);
    else this.#release(entry);
  }

  delete(id: string): void {
    this.#free.delete(id);
    this.#heldBytes -= this.#held.get(id)?.bytes ?? 0;
    this.#held.delete(id);
  }

  /** Keeps whatever is or will be under an id from being evicted, until what is answered is called. */
  hold(id: string): () => void {
    this.#holds.set(id, (this.#holds.get(id) ?? 0) + 1);
    const entry = this.#free.get(id);
    if (entry !== undefined) this.set(entry);
    let isHeld = true;
    return () => {
      if (isHeld) this.#letGo(id);
      isHeld = false;
    };
  }

  /** The entry, without that counting as a use. */
  peek(id: string): Entry | undefined {
    return this.#held.get(id)?.entry ?? this.#free.peek(id);
  }

  /** What is here now; of what is not held, the least recently used first. */
  ids(): string[] {
    return [...this.#held.keys(), ...this.#free.rkeys()];
  }

  /** What is here now, one after the other; of what is not held, the most recently used first. */
  *newestFirst(): Iterable<Entry> {
    for (const { entry } of this.#held.values()) yield entry;
    for (const entry of this.#free.values()) if (entry !== undefined) yield entry;
  }

  /** What is here and not held, the least recently used first. */
  *oldestFirst(): Iterable<Entry> {
    for (const entry of this.#free.rvalues()) if (entry !== undefined) yield entry;
  }

  /** The least recently used entry that is not held. */
  oldest(): Entry | undefined {
    for (const entry of this.#free.rvalues()) return entry;
    return undefined;
  }

  #letGo(id: string): void {
    const left = (this.#holds.get(id) ?? 1) - 1;
    if (left > 0) {
      this.#holds.set(id, left);
      return;
    }
    this.#holds.delete(id);
    const held = this.#held.get(id);
    if (held !== undefined) this.set(held.entry);
  }

  #keep(entry: Entry): void {
    const bytes = bytesOf(entry);
    this.#held.set(entry.id, { entry, bytes });
    this.#heldBytes += bytes;
    this.#shrink();
  }

  #release(entry: Entry): void {
    this.#free.set(entry.id, entry);
    this.#shrink();
  }

  #shrink(): void {
    const { maxEntries, maxBytes } = this.#bounds;
    while (this.size > maxEntries || this.bytes > maxBytes) {
      const entry = this.#free.pop();
      if (entry === undefined) return;
      this.#evicted(entry);
    }
  }
}
