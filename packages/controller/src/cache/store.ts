import { keyOf, type KubeObject } from "../api/object.ts";

/** Answers under which values an object is found in an index. */
export type IndexFunction<T extends KubeObject> = (object: T) => readonly string[];

/** What became of one object: new, changed, or gone when there is no `current`. */
export interface Change<T extends KubeObject> {
  readonly key: string;
  readonly previous?: T;
  readonly current?: T;
}

/** Looks into a cache. What it answers is shared: it must not be changed. */
export interface CacheReader<T extends KubeObject> {
  readonly size: number;
  readonly get: (key: string) => T | undefined;
  readonly all: () => readonly T[];
  /** Objects under a value of an index, in no order; throws on an index that the cache was not made with. */
  readonly find: (index: string, value: string) => readonly T[];
}

/** Objects by key, and by every index. */
export class Store<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #indexes: ReadonlyMap<string, Index<T>>;

  constructor(indexes: Readonly<Record<string, IndexFunction<T>>> = {}) {
    this.#indexes = new Map(
      Object.entries(indexes).map(([name, valuesOf]) => [name, { valuesOf, keys: new Map() }]),
    );
  }

  get size(): number {
    return this.#objects.size;
  }

  /** The store as it is shown to others, who may take its functions apart. */
  reader(): CacheReader<T> {
    const objects = this.#objects;
    return {
      get size() {
        return objects.size;
      },
      get: (key) => this.get(key),
      all: () => this.all(),
      find: (index, value) => this.find(index, value),
    };
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  all(): readonly T[] {
    return [...this.#objects.values()];
  }

  find(index: string, value: string): readonly T[] {
    const found = this.#indexes.get(index);
    if (found === undefined) throw new RangeError(`This cache has no index ${index}.`);
    const keys = found.keys.get(value) ?? [];
    return [...keys].flatMap((key) => this.#objects.get(key) ?? []);
  }

  /** Holds an object from now on, in place of the one of its key. */
  set(object: T): Change<T> {
    const key = keyOf(object.metadata);
    const previous = this.#objects.get(key);
    this.#objects.set(key, object);
    this.#reindex(key, previous, object);
    return { key, current: object, ...(previous === undefined ? {} : { previous }) };
  }

  /** Holds nothing under a key any more. */
  delete(key: string): Change<T> | undefined {
    const previous = this.#objects.get(key);
    if (previous === undefined) return undefined;
    this.#objects.delete(key);
    this.#reindex(key, previous, undefined);
    return { key, previous };
  }

  #reindex(key: string, previous: T | undefined, current: T | undefined): void {
    for (const { valuesOf, keys } of this.#indexes.values()) {
      for (const value of previous === undefined ? [] : valuesOf(previous)) {
        const under = keys.get(value);
        under?.delete(key);
        if (under?.size === 0) keys.delete(value);
      }
      for (const value of current === undefined ? [] : valuesOf(current)) {
        const under = keys.get(value);
        if (under === undefined) keys.set(value, new Set([key]));
        else under.add(key);
      }
    }
  }
}

interface Index<T extends KubeObject> {
  readonly valuesOf: IndexFunction<T>;
  readonly keys: Map<string, Set<string>>;
}
