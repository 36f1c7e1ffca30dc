import { type ApiClient, apiVersionOf, type Kind, type KubeObject } from "@headgate/controller";
import { CACHE_NAMES, type CacheName, createCaches, indexesOf } from "../src/cluster/caches.ts";
import type { Reads } from "../src/cluster/reads.ts";

const nothing = () => {
  throw new Error("Nothing is asked of an API server here.");
};
const kinds = createCaches({ client: { list: nothing, watch: nothing } });

/** The caches that would hold an object, by its kind. */
export function cachesOf({ kind }: Pick<KubeObject, "kind">): readonly CacheName[] {
  return CACHE_NAMES.filter((name) => kinds[name].kind.kind === kind);
}

/** How the objects in a cache, or those of the kind of an object, are addressed. */
export function kindOf(what: CacheName | Pick<KubeObject, "kind">): {
  apiVersion: string;
  kind: Kind;
} {
  const name = typeof what === "string" ? what : cachesOf(what)[0];
  if (name === undefined) throw new Error("No cache holds such objects.");
  const { kind } = kinds[name];
  return { apiVersion: apiVersionOf(kind), kind };
}

/** Looks into a list of objects as if it were all caches. */
export function readsOf(objects: readonly KubeObject[]): Reads {
  const inCache = (cache: CacheName) => objects.filter((one) => cachesOf(one).includes(cache));
  return {
    get: (cache, namespace, name) =>
      inCache(cache).find(
        ({ metadata }) => metadata.namespace === namespace && metadata.name === name,
      ) as never,
    find: (cache, index, value) =>
      inCache(cache)
        .filter((one) => indexesOf(cache)?.[index]?.(one).includes(value))
        .toSorted((a, b) => ((a.metadata.name ?? "") < (b.metadata.name ?? "") ? -1 : 1)) as never,
  };
}

/** An API server that has the objects of a list. */
export function clientOf(objects: readonly KubeObject[]): Pick<ApiClient, "get"> {
  return {
    get: async (kind, { namespace, name }) =>
      objects.find(
        (one) =>
          one.kind === kind.kind &&
          one.metadata.namespace === namespace &&
          one.metadata.name === name,
      ) as never,
  };
}
