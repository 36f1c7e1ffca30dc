import type {
  DeleteOptions,
  ListRequest,
  Patch,
  PatchType,
  Selection,
  WatchRequest,
  WriteOptions,
} from "./client.ts";
import { collectionPath, apiVersionOf, objectPath, type Kind } from "./kind.ts";
import type { KubeObject, ObjectName } from "./object.ts";
import type { ApiRequest } from "./transport.ts";

const METADATA = "application/json;g=meta.k8s.io;v=v1;as=";

const CONTENT_TYPE: Readonly<Record<PatchType, string>> = {
  apply: "application/apply-patch+yaml",
  merge: "application/merge-patch+json",
  json: "application/json-patch+json",
};

/** The request for one object. */
export function getRequest(kind: Kind, name: ObjectName, signal?: AbortSignal): ApiRequest {
  const path = objectPath(kind, name);
  return { method: "GET", path, ...(signal === undefined ? {} : { signal }) };
}

/** The request for one page of a list. */
export function listRequest(kind: Kind, request: ListRequest): ApiRequest {
  return {
    ...selected(kind, request, "PartialObjectMetadataList"),
    query: {
      ...selectors(request),
      ...(request.limit === undefined ? {} : { limit: String(request.limit) }),
      ...(request.continueToken === undefined ? {} : { continue: request.continueToken }),
    },
  };
}

/** The request that begins a watch, with bookmarks. */
export function watchRequest(kind: Kind, request: WatchRequest): ApiRequest {
  return {
    ...selected(kind, request, "PartialObjectMetadata"),
    query: {
      ...selectors(request),
      watch: "true",
      allowWatchBookmarks: "true",
      resourceVersion: request.resourceVersion,
      timeoutSeconds: String(request.timeoutSeconds),
    },
  };
}

/** The request that makes a new object. */
export function createRequest(kind: Kind, object: KubeObject, options: WriteOptions): ApiRequest {
  const path = collectionPath(kind, object.metadata.namespace);
  return { method: "POST", path, body: typed(kind, object), ...written(options) };
}

/** The request that puts an object in place of the version that it carries. */
export function replaceRequest(kind: Kind, object: KubeObject, options: WriteOptions): ApiRequest {
  const { namespace, name = "" } = object.metadata;
  const path = objectPath(kind, { name, ...(namespace === undefined ? {} : { namespace }) });
  return { method: "PUT", path, body: typed(kind, object), ...written(options) };
}

/** The request that changes a part of an object. */
export function patchRequest(kind: Kind, name: ObjectName, patch: Patch): ApiRequest {
  const { query, ...rest } = written(patch);
  return {
    method: "PATCH",
    path: objectPath(kind, name, patch.subresource),
    contentType: CONTENT_TYPE[patch.type],
    body: patch.body,
    ...rest,
    query: { ...query, ...(patch.type === "apply" ? { force: String(patch.force ?? false) } : {}) },
  };
}

/** The request that deletes one object, under its preconditions. */
export function deleteRequest(kind: Kind, name: ObjectName, options: DeleteOptions): ApiRequest {
  const { uid, resourceVersion, propagation = "Background", signal } = options;
  const preconditions = {
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  return {
    method: "DELETE",
    path: objectPath(kind, name),
    body: {
      apiVersion: "v1",
      kind: "DeleteOptions",
      propagationPolicy: propagation,
      preconditions,
    },
    ...(signal === undefined ? {} : { signal }),
  };
}

function selected(kind: Kind, request: Selection, metadataAs: string): ApiRequest {
  return {
    method: "GET",
    path: collectionPath(kind, request.namespace),
    ...(request.metadataOnly === true ? { accept: METADATA + metadataAs } : {}),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  };
}

function selectors({ labelSelector, fieldSelector }: Selection): Record<string, string> {
  return {
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
}

function written({ fieldManager, signal }: WriteOptions): Pick<ApiRequest, "query" | "signal"> {
  return {
    query: fieldManager === undefined ? {} : { fieldManager },
    ...(signal === undefined ? {} : { signal }),
  };
}

function typed(kind: Kind, object: KubeObject): KubeObject {
  return { ...object, apiVersion: apiVersionOf(kind), kind: kind.kind };
}
