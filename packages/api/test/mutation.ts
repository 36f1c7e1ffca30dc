import * as fc from "fast-check";
import { TEXTS } from "./scalar-arbitrary.ts";

/** A change to one place of a JSON document. */
export interface Mutation {
  readonly at: number;
  readonly how: "replace" | "remove" | "add" | "repeat";
  readonly value: unknown;
}

const anyValue = fc.oneof(
  fc.constantFrom<unknown>(null, true, [], {}, 0, -1, 1.5, 51, 2 ** 31, 2 ** 53, 1e300, ...TEXTS),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Mutations that put something odd, something surplus or nothing in a place. */
export const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(),
  how: fc.constantFrom("replace", "remove", "add", "repeat"),
  value: anyValue,
});

type Container = Record<string, unknown> | unknown[];

/** A copy of the document with the mutation applied. */
export function mutated(document: unknown, { at, how, value }: Mutation): unknown {
  const copy = structuredClone(document);
  const places = placesIn(copy);
  const place = places[at % places.length];
  if (place === undefined) return value;
  const [container, key] = place;
  if (Array.isArray(container)) mutateList(container, Number(key), how, value);
  else if (how === "remove") Reflect.deleteProperty(container, key);
  else container[how === "add" ? "surplus" : key] = value;
  return copy;
}

function mutateList(list: unknown[], index: number, how: Mutation["how"], value: unknown): void {
  if (how === "repeat") list.push(structuredClone(list[index]));
  else if (how === "remove") list.splice(index, 1);
  else if (how === "add") list.push(value);
  else list[index] = value;
}

function placesIn(value: unknown): [Container, string][] {
  if (typeof value !== "object" || value === null) return [];
  const container = value as Container;
  const own = Object.keys(container).map((key): [Container, string] => [container, key]);
  return [...own, ...Object.values(container).flatMap(placesIn)];
}
