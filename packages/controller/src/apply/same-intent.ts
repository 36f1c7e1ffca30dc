import { isDeepStrictEqual } from "node:util";
import { fieldStep, isRecord } from "./field-path.ts";

/** A part of an object: the fields of it that a manager owns, what it wants there, and what is there. */
interface Part {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly wanted: unknown;
  readonly live: unknown;
}

/**
 * Whether an apply of `wanted` by the manager that owns `fields` would leave `live` as it is.
 * It errs towards an apply: where defaults were filled into a value that is owned as a whole, it answers false.
 */
export function isSameIntent({ fields, wanted, live }: Part): boolean {
  const steps = Object.entries(fields).filter(([key]) => key !== ".");
  if (steps.length === 0) return isSameLeaf(wanted, live);
  if (isRecord(wanted)) return isRecord(live) && areSameFields(steps, wanted, live);
  if (Array.isArray(wanted)) return Array.isArray(live) && areSameItems(steps, wanted, live);
  return false;
}

type Steps = readonly (readonly [string, unknown])[];
type Fields = Readonly<Record<string, unknown>>;

// The server leaves out what is empty. What is owned and not there is such a value.
function isSameLeaf(wanted: unknown, live: unknown): boolean {
  if (live === undefined) return isEmpty(wanted);
  return isDeepStrictEqual(withoutUndefined(wanted), live);
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isRecord(value)) return Object.keys(value).length === 0;
  return value === "" || value === 0 || value === false;
}

function areSameFields(steps: Steps, wanted: Fields, live: Fields): boolean {
  const names = new Set<string>();
  const same = steps.every(([key, fields]) => {
    const step = fieldStep(key);
    if (step.step !== "field" || !isRecord(fields) || !isSet(wanted[step.name])) return false;
    names.add(step.name);
    return isSameIntent({ fields, wanted: wanted[step.name], live: live[step.name] });
  });
  return same && Object.keys(wanted).every((name) => names.has(name) || !isSet(wanted[name]));
}

function areSameItems(steps: Steps, wanted: readonly unknown[], live: readonly unknown[]): boolean {
  if (steps.length !== wanted.length) return false;
  // Where each wanted item stands in what is there; an apply puts them in the order of what is wanted.
  const places = new Map<number, number>();
  const same = steps.every(([key, fields]) => {
    const step = fieldStep(key);
    const isItem = (item: unknown) =>
      step.step === "item"
        ? hasKeys(item, step.keys)
        : step.step === "value" && isDeepStrictEqual(item, step.value);
    const ours = only(wanted, isItem);
    const theirs = only(live, isItem);
    if (ours === undefined || theirs === undefined || places.has(ours) || !isRecord(fields)) {
      return false;
    }
    places.set(ours, theirs);
    return (
      step.step === "value" || isSameIntent({ fields, wanted: wanted[ours], live: live[theirs] })
    );
  });
  return same && isAscending(wanted.map((_item, index) => places.get(index) ?? -1));
}

// A key that the wanted item leaves out has the default that the server filled in.
function hasKeys(item: unknown, keys: Fields): boolean {
  return (
    isRecord(item) &&
    Object.entries(keys).every(([name, value]) => {
      return !isSet(item[name]) || isDeepStrictEqual(item[name], value);
    })
  );
}

function only(items: readonly unknown[], is: (item: unknown) => boolean): number | undefined {
  const first = items.findIndex(is);
  return first === -1 || first !== items.findLastIndex(is) ? undefined : first;
}

function isAscending(places: readonly number[]): boolean {
  return places.every((place, index) => index === 0 || place > (places[index - 1] ?? -1));
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(kept.map(([name, inner]) => [name, withoutUndefined(inner)]));
}
