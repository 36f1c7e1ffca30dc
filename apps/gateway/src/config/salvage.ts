import type * as z from "zod";
import { isMapping, rewriteAt } from "./places.ts";
import type { Path } from "./problem.ts";

/**
 * A value of which parts may be missing, but no part is of the wrong type: what rules can still be
 * asked about when a configuration has mistakes elsewhere.
 */
type Draft<Value> = Value extends readonly (infer Entry)[]
  ? readonly (Draft<Entry> | undefined)[]
  : Value extends object
    ? { readonly [Key in keyof Value]?: Draft<Value[Key]> | undefined }
    : Value;

/** The value without the parts that the schema found fault with; entries of lists keep their index. */
function salvage(value: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  let kept = value;
  for (const issue of issues) {
    const path = issue.path.map(stepOf);
    // A broken rule is about values which have the right types.
    if (issue.code === "custom") continue;
    const unknown = issue.code === "unrecognized_keys" ? new Set(issue.keys) : undefined;
    kept =
      unknown === undefined
        ? without(kept, path)
        : rewriteAt(kept, path, (object) => withoutKeys(object, unknown));
  }
  return kept ?? {};
}

/** The value without what stands at the path: a key is gone, an entry of a list is undefined. */
function without(value: unknown, path: Path): unknown {
  const [last, parent] = [path.at(-1), path.slice(0, -1)];
  if (last === undefined) return undefined;
  return rewriteAt(value, parent, (found) =>
    Array.isArray(found)
      ? rewriteAt(found, [last], () => undefined)
      : withoutKeys(found, new Set([String(last)])),
  );
}

function withoutKeys(value: unknown, keys: ReadonlySet<string>): unknown {
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.has(key)));
}

/** A step of an issue's path as a step of ours. */
function stepOf(step: PropertyKey): string | number {
  return typeof step === "symbol" ? String(step) : step;
}

export { salvage, stepOf, without, type Draft };
