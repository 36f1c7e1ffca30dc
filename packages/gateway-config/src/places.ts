import type { Path } from "./problem.ts";

/** One place that a pattern names, and what stands there. */
interface Place {
  readonly path: Path;
  readonly value: unknown;
}

/**
 * The places of a value that a pattern names, in the order of the value. A pattern is made of keys
 * joined by dots, where `*` stands for every key and `[]` for every entry of a list.
 */
function placesOf(root: unknown, pattern: string): Place[] {
  const places: Place[] = [];
  rewritePlaces(root, pattern, (place) => {
    places.push(place);
    return place.value;
  });
  return places;
}

/** A copy of the value in which each place that the pattern names holds what `rewrite` makes of it. */
function rewritePlaces(
  root: unknown,
  pattern: string,
  rewrite: (place: Place) => unknown,
): unknown {
  return descend({ path: [], value: root }, pattern.split("."), rewrite);
}

function descend(
  { path, value }: Place,
  [step, ...rest]: readonly string[],
  rewrite: (place: Place) => unknown,
): unknown {
  if (step === undefined) return rewrite({ path, value });
  const under = (key: string | number, child: unknown): unknown =>
    descend({ path: [...path, key], value: child }, rest, rewrite);
  if (step === "[]") {
    return Array.isArray(value) ? value.map((entry, index) => under(index, entry)) : value;
  }
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [
      key,
      step === "*" || step === key ? under(key, child) : child,
    ]),
  );
}

/** Whether the value is a mapping from keys to values, and not a list or a single value. */
function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What stands at a path of the value; undefined when there is no such place. */
function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const step of path) {
    if (!hasPart(value, step)) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}

/** A copy that shares no part with the value, so that it may be changed in place. */
function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, copyOf(child)]));
}

/** Takes away, in place, what stands at the path: a key is gone, an entry of a list is undefined. */
function removeAt(root: unknown, path: Path): void {
  const last = path.at(-1);
  const parent = valueAt(root, path.slice(0, -1));
  if (last === undefined || !hasPart(parent, last)) return;
  if (Array.isArray(parent)) Reflect.set(parent, last, undefined);
  else Reflect.deleteProperty(parent, last);
}

/** Puts something, in place, where something stands already. */
function replaceAt(root: unknown, path: Path, value: unknown): void {
  const last = path.at(-1);
  const parent = valueAt(root, path.slice(0, -1));
  if (last !== undefined && hasPart(parent, last)) Reflect.set(parent, last, value);
}

function hasPart(value: unknown, step: string | number): value is object {
  return typeof value === "object" && value !== null && Object.hasOwn(value, step);
}

export { copyOf, isMapping, placesOf, removeAt, replaceAt, rewritePlaces, valueAt, type Place };
