import type { WatchEvent } from "../api/client.ts";
import { keyOf, type KubeObject } from "../api/object.ts";
import { compareVersions, isLater } from "./resource-version.ts";
import type { Change, Store } from "./store.ts";

/** A list as it was at one version. */
export interface Snapshot<T extends KubeObject> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
}

/** Keeps the objects of one list (of one namespace, or of all) in a store as the API server tells of them. */
export class Mirror<T extends KubeObject> {
  readonly #store: Store<T>;
  readonly #keys = new Set<string>();
  readonly #selective: boolean;
  #latest: string | undefined;

  /** `selective`: the list has a selector, so not every object that exists is of it. */
  constructor(store: Store<T>, selective: boolean) {
    this.#store = store;
    this.#selective = selective;
  }

  /** The version up to which everything is known; undefined before the first list. */
  get latest(): string | undefined {
    return this.#latest;
  }

  /** Takes over a complete list and answers how it differs from what was held. */
  replace({ items, resourceVersion }: Snapshot<T>): readonly Change<T>[] {
    // Going back means that the server lost data and was restored: then nothing held is true any more.
    const restored = isLater(this.#latest, resourceVersion);
    const listed = new Set(items.map(({ metadata }) => keyOf(metadata)));
    const versionOf = (key: string) => this.#store.get(key)?.metadata.resourceVersion;
    // Written after the list was taken, and the answer came first.
    const newer = (key: string) => !restored && isLater(versionOf(key), resourceVersion);
    const gone = [...this.#keys].filter((key) => !listed.has(key) && !newer(key));
    const changes = gone.flatMap((key) => this.#drop(key) ?? []);
    for (const item of items) {
      const key = keyOf(item.metadata);
      const same = versionOf(key) === (item.metadata.resourceVersion ?? "");
      if (!same && !newer(key)) changes.push(this.#hold(item));
    }
    this.#latest = resourceVersion;
    return changes;
  }

  /** Follows one event of a watch; undefined when it told nothing new. */
  follow(event: WatchEvent<T>): Change<T> | undefined {
    if (event.type === "BOOKMARK") {
      if (event.resourceVersion !== "") this.#latest = event.resourceVersion;
      return undefined;
    }
    const { resourceVersion } = event.object.metadata;
    if (resourceVersion !== undefined) this.#latest = resourceVersion;
    const key = keyOf(event.object.metadata);
    const held = this.#store.get(key)?.metadata.resourceVersion;
    if (event.type === "DELETED") {
      // Made anew since, and we were told so by the answer to a write.
      return isLater(held, resourceVersion) ? undefined : this.#drop(key);
    }
    if ((compareVersions(resourceVersion, held) ?? 1) <= 0) return undefined;
    return this.#hold(event.object);
  }

  /** Takes over what a write was answered with, ahead of the watch; undefined when the watch was further already. */
  offer(object: T): Change<T> | undefined {
    if (this.#latest === undefined) return undefined;
    const key = keyOf(object.metadata);
    const held = this.#store.get(key);
    const { resourceVersion } = object.metadata;
    // Not held although the watch has passed it: it was deleted in the meantime.
    const than = held === undefined ? this.#latest : held.metadata.resourceVersion;
    if (held === undefined && this.#selective) return undefined;
    return isLater(resourceVersion, than) ? this.#hold(object) : undefined;
  }

  #hold(object: T): Change<T> {
    this.#keys.add(keyOf(object.metadata));
    return this.#store.set(object);
  }

  #drop(key: string): Change<T> | undefined {
    this.#keys.delete(key);
    return this.#store.delete(key);
  }
}
