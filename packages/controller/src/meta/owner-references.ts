import { ControllerError } from "../api/error.ts";
import { apiVersionOf, type Kind } from "../api/kind.ts";
import { keyOf, type KubeObject, type OwnerReference } from "../api/object.ts";

/** The reference that makes an object the controller of its dependents; throws `bad-request` when it was not read from the API server. */
export function controllerReference(kind: Kind, owner: KubeObject): OwnerReference {
  const { name, uid } = owner.metadata;
  if (name === undefined || uid === undefined) {
    throw new ControllerError("bad-request", `A ${kind.kind} without name and uid owns nothing.`);
  }
  return {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    name,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** The reference to the one controller of an object, if it has one. */
export function controllerOf({ metadata }: KubeObject): OwnerReference | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true);
}

/** Whether an object is controlled by exactly this owner, not by another one of its name. */
export function isControlledBy(object: KubeObject, owner: KubeObject): boolean {
  const uid = controllerOf(object)?.uid;
  return uid !== undefined && uid === owner.metadata.uid;
}

/** The key of an object's controller when that is of the given kind, in whatever version it was referred to. */
export function ownerKey(kind: Kind, object: KubeObject): string | undefined {
  const reference = controllerOf(object);
  if (reference?.kind !== kind.kind || groupOf(reference.apiVersion) !== kind.group)
    return undefined;
  const { namespace } = object.metadata;
  const scoped = kind.namespaced && namespace !== undefined ? { namespace } : {};
  return keyOf({ name: reference.name, ...scoped });
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  return slash === -1 ? "" : apiVersion.slice(0, slash);
}
