import type { KubeObject } from "../api/object.ts";
import type { Change } from "../cache/store.ts";
import type { Informer } from "../informer/informer.ts";
import type { Controller } from "./controller.ts";

/** Answers the keys that a change concerns. */
export type KeysOf<T extends KubeObject> = (change: Change<T>) => Iterable<string>;

/** Adds the keys that each change of an informer concerns to a controller, by default the object's own; the answer ends that. */
export function feed<T extends KubeObject>(
  informer: Pick<Informer<T>, "subscribe">,
  controller: Pick<Controller, "add">,
  keysOf: KeysOf<T> = ({ key }) => [key],
): () => void {
  return informer.subscribe((change) => {
    for (const key of keysOf(change)) controller.add(key);
  });
}

/** Whether a change is more than one of status or bookkeeping: the object is new or gone, or its spec, labels, annotations, finalizers, owners or deletion changed. */
export function isOfIntent({ previous, current }: Change<KubeObject>): boolean {
  if (previous === undefined || current === undefined) return true;
  // Kinds without a generation, as ConfigMaps, do not tell content from bookkeeping.
  if (current.metadata.generation === undefined) return true;
  return intentOf(previous) !== intentOf(current);
}

function intentOf({ metadata }: KubeObject): string {
  const { uid, generation, labels, annotations, finalizers, ownerReferences, deletionTimestamp } =
    metadata;
  return JSON.stringify([
    uid,
    generation,
    labels,
    annotations,
    finalizers,
    ownerReferences,
    deletionTimestamp,
  ]);
}
