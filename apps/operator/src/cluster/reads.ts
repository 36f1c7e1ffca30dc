import {
  keyOf,
  nameOfKey,
  type Change,
  type Informer,
  type KubeObject,
  type Reference,
  ReferenceIndex,
} from "@headgate/controller";
import { CACHE_NAMES, indexesOf, type Cached, type CacheName, type Caches } from "./caches.ts";

/** Looks into caches; whatever was looked for, found or not, brings the reconcile back when it changes. */
export interface Reads {
  /** The object of a name in a namespace. */
  readonly get: <N extends CacheName>(
    cache: N,
    namespace: string,
    name: string,
  ) => Cached<N> | undefined;
  /** The objects under a value of an index, ordered by key. */
  readonly find: <N extends CacheName>(
    cache: N,
    index: string,
    value: string,
  ) => readonly Cached<N>[];
}

/** Remembers what each key of a controller has looked at. */
export class Memory {
  readonly #caches: Caches;
  readonly #references = new ReferenceIndex();

  constructor(caches: Caches) {
    this.#caches = caches;
  }

  /** Runs a look at the caches for a key, in one go: nothing changes in between. */
  look<T>(key: string, look: (reads: Reads) => T): T {
    const references: Reference[] = [];
    const reader = <N extends CacheName>(name: N) =>
      (this.#caches[name] as unknown as Informer<Cached<N>>).cache;
    const result = look({
      get: (cache, namespace, name) => {
        references.push({ kind: cache, namespace, name });
        return reader(cache).get(keyOf({ namespace, name }));
      },
      find: (cache, index, value) => {
        references.push({ kind: `${cache}/${index}`, name: value });
        return reader(cache)
          .find(index, value)
          .toSorted((a, b) => (keyOf(a.metadata) < keyOf(b.metadata) ? -1 : 1));
      },
    });
    this.#references.set(key, references);
    return result;
  }

  /** Calls back with every key that looked at something that changes, until the answer is called. */
  follow(add: (key: string) => void): () => void {
    const ends = CACHE_NAMES.map((name) => {
      const informer = this.#caches[name] as unknown as Informer<KubeObject>;
      return informer.subscribe((change) => {
        for (const key of this.#referrersOf(name, change)) add(key);
      });
    });
    return () => {
      for (const end of ends) end();
    };
  }

  #referrersOf(cache: CacheName, { key, previous, current }: Change<KubeObject>): Set<string> {
    // Most controllers have nothing to look after, and hear of every change all the same.
    if (this.#references.size === 0) return new Set();
    const { namespace = "", name } = nameOfKey(key);
    const referrers = this.#references.referrersOf({ kind: cache, namespace, name });
    const indexed = Object.entries(indexesOf(cache) ?? {}).flatMap(([index, valuesOf]) =>
      [previous, current]
        .flatMap((object) => (object === undefined ? [] : valuesOf(object)))
        .flatMap((value) =>
          this.#references.referrersOf({ kind: `${cache}/${index}`, name: value }),
        ),
    );
    return new Set([...referrers, ...indexed]);
  }
}
