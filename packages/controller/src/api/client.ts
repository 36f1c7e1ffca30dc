import type { Kind } from "./kind.ts";
import type { KubeObject, ObjectName } from "./object.ts";
import type { StatusCause } from "./status.ts";

/** Which objects of a kind are listed or watched. */
export interface Selection {
  /** One namespace; without it all of them. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Only metadata is sent, as for Secrets whose content is nobody's business. */
  readonly metadataOnly?: boolean;
  readonly signal?: AbortSignal;
}

/** One page of a list. */
export interface ListRequest extends Selection {
  readonly limit?: number;
  readonly continueToken?: string;
}

/** Objects, the version of the whole list, and where it goes on. */
export interface ListPage<T extends KubeObject> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  readonly continueToken?: string;
}

/** What is watched, and from which version of the list on. */
export interface WatchRequest extends Selection {
  readonly resourceVersion: string;
  /** The server ends the watch after this many seconds. */
  readonly timeoutSeconds: number;
}

/** One event of a watch. An error of the server ends the watch by a thrown `ControllerError` instead. */
export type WatchEvent<T extends KubeObject> =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: T }
  | { readonly type: "BOOKMARK"; readonly resourceVersion: string };

/** What became of a write: conflicts and absence can be expected, so they are values. */
export type Written<T extends KubeObject> =
  | { readonly outcome: "written"; readonly object: T }
  /** There is no such object, or its namespace is not there. */
  | { readonly outcome: "absent" }
  /** Another version, another object of that name, or fields that others manage stood in the way. */
  | {
      readonly outcome: "conflict";
      readonly message: string;
      readonly causes: readonly StatusCause[];
    };

/** How a patch is to be understood. */
export type PatchType = "apply" | "merge" | "json";

/** A patch of one object or of one of its subresources. */
export interface Patch {
  readonly type: PatchType;
  readonly body: unknown;
  readonly subresource?: string;
  readonly fieldManager?: string;
  /** With `apply`: take fields from their managers instead of answering a conflict. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
}

/** What else goes with a write. */
export interface WriteOptions {
  readonly fieldManager?: string;
  readonly signal?: AbortSignal;
}

/** Which object may be deleted, and what happens to its dependents. */
export interface DeleteOptions {
  /** Nothing is deleted when the object of that name is another one. */
  readonly uid?: string;
  /** Nothing is deleted when the object has changed since. */
  readonly resourceVersion?: string;
  readonly propagation?: "Background" | "Foreground" | "Orphan";
  readonly signal?: AbortSignal;
}

/** What became of a deletion. */
export type Deleted = "deleted" | "absent" | "conflict";

/** The requests of this package to an API server. What cannot be expected is thrown as `ControllerError`. */
export interface ApiClient {
  readonly get: <T extends KubeObject>(
    kind: Kind<T>,
    name: ObjectName,
    signal?: AbortSignal,
  ) => Promise<T | undefined>;
  readonly list: <T extends KubeObject>(
    kind: Kind<T>,
    request?: ListRequest,
  ) => Promise<ListPage<T>>;
  readonly watch: <T extends KubeObject>(
    kind: Kind<T>,
    request: WatchRequest,
  ) => AsyncIterable<WatchEvent<T>>;
  readonly create: <T extends KubeObject>(
    kind: Kind<T>,
    object: T,
    options?: WriteOptions,
  ) => Promise<Written<T>>;
  readonly replace: <T extends KubeObject>(
    kind: Kind<T>,
    object: T,
    options?: WriteOptions,
  ) => Promise<Written<T>>;
  readonly patch: <T extends KubeObject>(
    kind: Kind<T>,
    name: ObjectName,
    patch: Patch,
  ) => Promise<Written<T>>;
  readonly delete: (kind: Kind, name: ObjectName, options?: DeleteOptions) => Promise<Deleted>;
  /** Lets go of every connection. */
  readonly close: () => void;
}
