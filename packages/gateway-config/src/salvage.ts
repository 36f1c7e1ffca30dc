import type * as z from "zod";
import { copyOf, removeAt } from "./places.ts";

/**
 * A value of which parts may be missing, but no part is of the wrong type: what rules can still be
 * asked about when a configuration has mistakes elsewhere.
 */
type Draft<Value> = Value extends readonly (infer Entry)[]
  ? readonly (Draft<Entry> | undefined)[]
  : Value extends object
    ? { readonly [Key in keyof Value]?: Draft<Value[Key]> | undefined }
    : Value;

/** A copy of the value without the parts that the schema found fault with; entries of lists keep their index. */
function salvage(value: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  const kept = copyOf(value);
  for (const issue of issues) {
    const path = issue.path.map(stepOf);
    // A broken rule is about values which have the right types.
    if (issue.code === "custom") continue;
    if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys) removeAt(kept, [...path, key]);
    } else if (path.length === 0) {
      return {};
    } else {
      removeAt(kept, path);
    }
  }
  return kept;
}

/** A step of an issue's path as a step of ours. */
function stepOf(step: PropertyKey): string | number {
  return typeof step === "symbol" ? String(step) : step;
}

export { salvage, stepOf, type Draft };
