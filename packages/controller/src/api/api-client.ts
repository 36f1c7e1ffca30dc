import type { Metrics } from "../telemetry/metrics.ts";
import type { Clock } from "../time/clock.ts";
import type { ApiClient, Deleted, ListPage, WatchEvent, WatchRequest, Written } from "./client.ts";
import { ControllerError } from "./error.ts";
import { resourceOf, type Kind } from "./kind.ts";
import { measured } from "./measured.ts";
import type { KubeObject } from "./object.ts";
import * as requests from "./requests.ts";
import { errorOf, statusOf } from "./status.ts";
import type { ApiAnswer, ApiRequest, Transport } from "./transport.ts";
import { isObject, named, watchEventOf } from "./watch-event.ts";

/** What a client is made of. */
export interface ApiClientParts {
  readonly transport: Transport;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/** The requests of this package over any transport. */
export function apiClient(parts: ApiClientParts): ApiClient {
  const { send, stream } = measured(parts);
  return {
    get: async (kind, name, signal) => {
      const request = requests.getRequest(kind, name, signal);
      const answer = await send({ verb: "get", resource: resourceOf(kind) }, request);
      return answer.status === 404 ? undefined : objectIn(kind, request, answer);
    },
    list: async (kind, selection = {}) => {
      const request = requests.listRequest(kind, selection);
      return pageIn(
        kind,
        request,
        await send({ verb: "list", resource: resourceOf(kind) }, request),
      );
    },
    watch: (kind, selection) => watched(kind, selection, stream),
    create: async (kind, object, options = {}) => {
      const request = requests.createRequest(kind, object, options);
      const answer = await send({ verb: "create", resource: resourceOf(kind) }, request);
      return writtenIn(kind, request, answer);
    },
    replace: async (kind, object, options = {}) => {
      const request = requests.replaceRequest(kind, object, options);
      const answer = await send({ verb: "update", resource: resourceOf(kind) }, request);
      return writtenIn(kind, request, answer);
    },
    patch: async (kind, name, patch) => {
      const request = requests.patchRequest(kind, name, patch);
      const verb = patch.type === "apply" ? "apply" : "patch";
      const suffix = patch.subresource === undefined ? "" : `/${patch.subresource}`;
      const answer = await send({ verb, resource: resourceOf(kind) + suffix }, request);
      return writtenIn(kind, request, answer);
    },
    delete: async (kind, name, options = {}) => {
      const request = requests.deleteRequest(kind, name, options);
      const answer = await send({ verb: "delete", resource: resourceOf(kind) }, request);
      return deletedIn(request, answer);
    },
    close: () => parts.transport.close(),
  };
}

async function* watched<T extends KubeObject>(
  kind: Kind<T>,
  selection: WatchRequest,
  stream: ReturnType<typeof measured>["stream"],
): AsyncGenerator<WatchEvent<T>> {
  const request = requests.watchRequest(kind, selection);
  const answer = await stream({ verb: "watch", resource: resourceOf(kind) }, request);
  if (answer.lines === undefined) throw unexpected(request, answer);
  for await (const line of answer.lines) yield watchEventOf(kind, line);
}

function objectIn<T extends KubeObject>(kind: Kind<T>, request: ApiRequest, answer: ApiAnswer): T {
  if (!succeeded(answer)) throw unexpected(request, answer);
  if (isObject(answer.body)) return named(kind, answer.body as T);
  throw new ControllerError("bad-answer", `${textOf(request)} was answered without an object.`);
}

function pageIn<T extends KubeObject>(
  kind: Kind<T>,
  request: ApiRequest,
  answer: ApiAnswer,
): ListPage<T> {
  const { metadata, items } = objectIn(
    kind as Kind<KubeObject & { items?: unknown }>,
    request,
    answer,
  ) as {
    metadata: { resourceVersion?: string; continue?: string };
    items?: unknown;
  };
  if (items !== null && items !== undefined && !(Array.isArray(items) && items.every(isObject))) {
    throw new ControllerError("bad-answer", `${textOf(request)} was answered without a list.`);
  }
  const objects = (items ?? []) as readonly unknown[] as readonly T[];
  const token = metadata.continue ?? "";
  return {
    items: objects.map((object) => named(kind, object)),
    resourceVersion: metadata.resourceVersion ?? "",
    ...(token === "" ? {} : { continueToken: token }),
  };
}

function writtenIn<T extends KubeObject>(
  kind: Kind<T>,
  request: ApiRequest,
  answer: ApiAnswer,
): Written<T> {
  if (succeeded(answer)) return { outcome: "written", object: objectIn(kind, request, answer) };
  const status = statusOf(answer);
  // In a namespace that is going nothing can be made, and nothing needs to be: as if it were gone.
  const going = status.causes.some(({ reason }) => reason === "NamespaceTerminating");
  if (status.code === 404 || (status.code === 403 && going)) return { outcome: "absent" };
  // An apply to an object of another uid is not called a conflict, but an invalid change of that field.
  const another = status.causes.some(({ field }) => field === "metadata.uid");
  const conflicts = status.code === 409 || (status.code === 422 && another);
  if (!conflicts) throw errorOf(textOf(request), status);
  return { outcome: "conflict", message: status.message, causes: status.causes };
}

function deletedIn(request: ApiRequest, answer: ApiAnswer): Deleted {
  if (succeeded(answer)) return "deleted";
  if (answer.status === 404) return "absent";
  if (answer.status === 409) return "conflict";
  throw unexpected(request, answer);
}

function succeeded({ status }: ApiAnswer): boolean {
  return status >= 200 && status < 300;
}

function unexpected(request: ApiRequest, answer: ApiAnswer): ControllerError {
  return errorOf(textOf(request), statusOf(answer));
}

function textOf({ method, path }: ApiRequest): string {
  return `${method} ${path}`;
}
