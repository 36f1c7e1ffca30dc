import { KINDS } from "@headgate/api/kinds";
import { keyOf, type KubeObject } from "@headgate/controller";
import { objectSchema, withDefaults } from "@headgate/kube-schema";
import { parseAllDocuments } from "yaml";
import { CACHE_NAMES, type CacheName, createCaches, indexesOf } from "../src/cluster/caches.ts";
import type { Reads } from "../src/cluster/reads.ts";

/** Reads objects from YAML, with the defaults that the API server would fill in. */
export function objectsFrom(text: string): readonly KubeObject[] {
  return parseAllDocuments(text).map((document) => {
    const object = document.toJS() as KubeObject;
    const kind = KINDS.find((one) => one.kind === object.kind);
    const whole =
      kind === undefined ? object : (withDefaults(objectSchema(kind), object) as KubeObject);
    const { name = "" } = whole.metadata;
    const metadata = {
      namespace: "shop",
      uid: `uid-of-${name}`,
      resourceVersion: "1",
      generation: 1,
      ...whole.metadata,
    };
    return { ...whole, metadata };
  });
}

/** A look at objects as if caches held them. */
export function readsOf(objects: readonly KubeObject[]): Reads {
  const kinds = kindsOfCaches();
  const held = (cache: CacheName) => objects.filter(({ kind }) => kind === kinds.get(cache));
  return {
    get: (cache, namespace, name) =>
      held(cache).find(({ metadata }) => keyOf(metadata) === keyOf({ namespace, name })) as never,
    find: (cache, index, value) =>
      held(cache).filter((object) => indexesOf(cache)?.[index]?.(object).includes(value)) as never,
  };
}

function kindsOfCaches(): ReadonlyMap<CacheName, string> {
  const client = { list: never, watch: never };
  const caches = createCaches({ client });
  return new Map(CACHE_NAMES.map((name) => [name, caches[name].kind.kind]));
}

function never(): never {
  throw new Error("nothing is read here");
}
