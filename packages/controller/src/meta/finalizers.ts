import type { KubeObject } from "../api/object.ts";

/** Whether an object is on its way out and waits for its finalizers. */
export function isDeleting({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** Whether an object waits, or will wait, for this finalizer. */
export function hasFinalizer({ metadata }: KubeObject, finalizer: string): boolean {
  return metadata.finalizers?.includes(finalizer) === true;
}

/** The body of a merge patch that changes the finalizers of exactly this version of an object. */
export interface FinalizersPatch {
  readonly metadata: {
    readonly resourceVersion: string | undefined;
    readonly finalizers: readonly string[];
  };
}

/** Plans a merge patch that adds a finalizer; undefined when it is there, or when the object is being deleted and takes none. */
export function planFinalizer(object: KubeObject, finalizer: string): FinalizersPatch | undefined {
  if (hasFinalizer(object, finalizer) || isDeleting(object)) return undefined;
  return patched(object, [...(object.metadata.finalizers ?? []), finalizer]);
}

/** Plans a merge patch that takes a finalizer away; undefined when it is not there. */
export function planWithoutFinalizer(
  object: KubeObject,
  finalizer: string,
): FinalizersPatch | undefined {
  if (!hasFinalizer(object, finalizer)) return undefined;
  return patched(
    object,
    (object.metadata.finalizers ?? []).filter((other) => other !== finalizer),
  );
}

// A merge patch replaces the whole list: with the version, nobody else's finalizer is lost to it.
function patched({ metadata }: KubeObject, finalizers: readonly string[]): FinalizersPatch {
  return { metadata: { resourceVersion: metadata.resourceVersion, finalizers } };
}
