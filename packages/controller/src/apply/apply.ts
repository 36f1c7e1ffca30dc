import type { ApiClient } from "../api/client.ts";
import { ControllerError } from "../api/error.ts";
import { apiVersionOf, type Kind } from "../api/kind.ts";
import type { KubeObject, ObjectName } from "../api/object.ts";
import { isApplied } from "./applied.ts";
import { fieldConflicts, type FieldConflict } from "./field-conflict.ts";

/** Some fields of an object, those that a manager wants, and its name; a part of a field is enough. */
export type Wanted<T extends KubeObject> = KubeObject & {
  readonly [F in keyof Omit<T, keyof KubeObject>]?: unknown;
};

/** What is applied, by whom, and onto what. */
export interface ApplyRequest<T extends KubeObject> {
  readonly kind: Kind<T>;
  /** Name, and the fields that the manager wants; fields that it applied before and that are not here any more are taken away. */
  readonly object: Wanted<T>;
  readonly manager: string;
  /** What is known to be there, with the `managedFields` of the manager: when nothing would change, nothing is sent. */
  readonly live?: T | undefined;
  /** Take fields from other managers instead of answering a conflict; true by default. */
  readonly force?: boolean;
  /** Make the object or answer a conflict: whatever has its name already is left as it is. */
  readonly onlyNew?: boolean;
  readonly signal?: AbortSignal;
}

// Versions count the writes of all objects, and before the first one there was something to count: none has this one.
// An apply that makes an object does not look at it, and one onto an object is refused for it.
const NEVER_A_VERSION = "1";

/** What became of an apply. */
export type Applied<T extends KubeObject> =
  | { readonly outcome: "applied"; readonly object: T }
  /** Everything was so already, and nothing was sent. */
  | { readonly outcome: "unchanged" }
  /** The namespace is not there or going; with a status: the object is not there. */
  | { readonly outcome: "absent" }
  /** Others manage these fields; or, without any, the object is not the one or not the version that was meant. */
  | {
      readonly outcome: "conflict";
      readonly message: string;
      readonly fields: readonly FieldConflict[];
    };

/** Applies an object on the server's side, making it when it is not there; throws `ControllerError` on what cannot be expected. */
export function apply<T extends KubeObject>(
  client: Pick<ApiClient, "patch">,
  request: ApplyRequest<T>,
): Promise<Applied<T>> {
  return applied(client, request, undefined);
}

/** Applies the status of an object that exists, on the `status` subresource; only `status` of the object is sent. */
export function applyStatus<T extends KubeObject>(
  client: Pick<ApiClient, "patch">,
  request: ApplyRequest<T>,
): Promise<Applied<T>> {
  const { status } = request.object as { status?: unknown };
  const { name, namespace, uid } = request.object.metadata;
  const metadata = { name, namespace, uid };
  return applied(client, { ...request, object: { metadata, status } as KubeObject }, "status");
}

async function applied<T extends KubeObject>(
  client: Pick<ApiClient, "patch">,
  request: ApplyRequest<T>,
  subresource: string | undefined,
): Promise<Applied<T>> {
  const { kind, manager, live, force = true, onlyNew = false, signal } = request;
  const object = onlyNew ? versioned(request.object) : request.object;
  const part = subresource === undefined ? {} : { subresource };
  if (live !== undefined && isMeant(object, live)) {
    if (isApplied(live, { kind, object, manager, ...part })) return { outcome: "unchanged" };
  }
  const result = await client.patch(kind, nameOf(object), {
    type: "apply",
    body: { ...object, apiVersion: apiVersionOf(kind), kind: kind.kind },
    fieldManager: manager,
    force,
    ...part,
    ...(signal === undefined ? {} : { signal }),
  });
  switch (result.outcome) {
    case "written":
      return { outcome: "applied", object: result.object };
    case "absent":
      return result;
    case "conflict":
      return {
        outcome: "conflict",
        message: result.message,
        fields: fieldConflicts(result.causes),
      };
  }
}

function versioned(object: KubeObject): KubeObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: NEVER_A_VERSION } };
}

function isMeant(object: KubeObject, live: KubeObject): boolean {
  const { uid, resourceVersion } = object.metadata;
  return (
    (uid === undefined || uid === live.metadata.uid) &&
    (resourceVersion === undefined || resourceVersion === live.metadata.resourceVersion)
  );
}

function nameOf({ metadata: { name, namespace } }: KubeObject): ObjectName {
  if (name === undefined) {
    throw new ControllerError("bad-request", "An object without a name cannot be applied.");
  }
  return namespace === undefined ? { name } : { namespace, name };
}
