import { ControllerError } from "./error.ts";
import type { KubeObject, ObjectName } from "./object.ts";

declare const objectType: unique symbol;

/** How a kind is addressed; the type parameter is what its objects look like. */
export interface Kind<T extends KubeObject = KubeObject> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly [objectType]?: T;
}

/** Names a kind together with the type of its objects. */
export function defineKind<T extends KubeObject = KubeObject>(kind: Kind<T>): Kind<T> {
  return kind;
}

/** `apps/v1`, or `v1` in the core group. */
export function apiVersionOf({ group, version }: Kind): string {
  return group === "" ? version : `${group}/${version}`;
}

/** `deployments.apps`, or `pods` in the core group. */
export function resourceOf({ group, plural }: Kind): string {
  return group === "" ? plural : `${plural}.${group}`;
}

/** The path of all objects of a kind, in one namespace or in all of them; throws on a name that no object can have. */
export function collectionPath(kind: Kind, namespace?: string): string {
  const root = kind.group === "" ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  const scope =
    kind.namespaced && namespace !== undefined ? `/namespaces/${segment(namespace)}` : "";
  return `${root}${scope}/${kind.plural}`;
}

/** The path of one object, or of one of its subresources. */
export function objectPath(kind: Kind, object: ObjectName, subresource?: string): string {
  const path = `${collectionPath(kind, object.namespace)}/${segment(object.name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

// Names reach us from specs that people write: none may climb out of its place in the path, and an
// empty one would mean the whole collection.
function segment(name: string): string {
  if (name === "" || name === "." || name === ".." || /[/%]/.test(name)) {
    throw new ControllerError(
      "bad-request",
      `${JSON.stringify(name.slice(0, 64))} cannot be the name of an object: names are not empty, "." or "..", and have no "/" or "%".`,
    );
  }
  return encodeURIComponent(name);
}
