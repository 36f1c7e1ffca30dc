import { SessionStoreError } from "./error.ts";

/** Answers the value when it is a whole number of at least `least`; throws `invalid-option` that names it otherwise. */
export function wholeNumber(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new SessionStoreError(
    "invalid-option",
    `${name} is ${value}; it must be a whole number of at least ${least}`,
  );
}
