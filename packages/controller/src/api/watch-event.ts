import type { WatchEvent } from "./client.ts";
import { ControllerError } from "./error.ts";
import type { Kind } from "./kind.ts";
import { apiVersionOf } from "./kind.ts";
import type { KubeObject } from "./object.ts";
import { errorOf, statusOf } from "./status.ts";

/** Reads one line of a watch; throws the error that the server reports on it, or `bad-answer` when it is none of its events. */
export function watchEventOf<T extends KubeObject>(kind: Kind<T>, line: string): WatchEvent<T> {
  const { type, object } = parsed(line);
  switch (type) {
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
      if (isObject(object)) return { type, object: named(kind, object as T) };
      break;
    case "BOOKMARK":
      if (isObject(object)) {
        return { type, resourceVersion: object.metadata.resourceVersion ?? "" };
      }
      break;
    case "ERROR":
      throw errorOf(`The watch of ${kind.plural}`, statusOf({ status: 500, body: object }));
    default:
  }
  throw new ControllerError("bad-answer", `The watch of ${kind.plural} sent what is no event.`);
}

/** An object with its kind: in lists the server leaves it out, and metadata says another one. */
export function named<T extends KubeObject>(kind: Kind<T>, object: T): T {
  return { ...object, apiVersion: apiVersionOf(kind), kind: kind.kind };
}

/** Whether a parsed value has what every object of the API has. */
export function isObject(value: unknown): value is KubeObject {
  if (typeof value !== "object" || value === null || !("metadata" in value)) return false;
  return typeof value.metadata === "object" && value.metadata !== null;
}

function parsed(line: string): { type?: unknown; object?: unknown } {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
