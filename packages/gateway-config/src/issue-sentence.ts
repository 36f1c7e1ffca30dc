import type * as z from "zod";
import { nearest, suggestion } from "./nearest.ts";
import { isMapping, valueAt } from "./places.ts";
import { error, type Finding } from "./problem.ts";
import { stepOf } from "./salvage.ts";
import { knownKeys } from "./schema-at.ts";

type Issue = z.core.$ZodIssue;

/** Unknown keys of one mapping that are told one by one. */
const MAX_UNKNOWN_KEYS = 50;

/** What the schema found fault with, as sentences which quote no value of the configuration. */
function issueFindings(schema: z.ZodType, root: unknown, issue: Issue): Finding[] {
  const path = issue.path.map(stepOf);
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(schema, path);
    return issue.keys
      .slice(0, MAX_UNKNOWN_KEYS)
      .map((key) =>
        error([...path, key], "is not a known key", { at: "key", hint: suggestion(key, known) }),
      );
  }
  const value = valueAt(root, path);
  // A rule may be told at a place below the one that breaks it, where nothing needs to stand.
  if (value === undefined && issue.code !== "custom") {
    return [error(path, "is missing", { hint: missingHint(issue) })];
  }
  return [error(path, sentence(issue, value), { hint: hintFor(issue, value) })];
}

function sentence(issue: Issue, value: unknown): string {
  if (issue.code === "invalid_type") {
    return `must be ${typeName(issue.expected)}, but this is ${nameOf(value)}`;
  }
  if (issue.code === "invalid_value") return `must be ${oneOf(issue.values)}`;
  if (issue.code === "too_small") {
    return `must ${amount(issue.origin, "at least", Number(issue.minimum))}`;
  }
  if (issue.code === "too_big") {
    return `must ${amount(issue.origin, "at most", Number(issue.maximum))}`;
  }
  // The messages of formats and rules are our own, written beside their schema.
  if (issue.code === "invalid_format" || issue.code === "custom") return issue.message;
  return "does not have the right form";
}

function amount(origin: string, bound: string, limit: number): string {
  if (origin === "string") return `have ${bound} ${limit} character${limit === 1 ? "" : "s"}`;
  if (origin === "array") return `have ${bound} ${limit} entr${limit === 1 ? "y" : "ies"}`;
  return `be ${bound} ${limit}`;
}

function oneOf(values: readonly unknown[]): string {
  const shown = values.map((value) => (value === "" ? '""' : String(value)));
  return shown.length === 1 ? (shown[0] ?? "") : `one of ${shown.join(", ")}`;
}

function missingHint(issue: Issue): string | undefined {
  return issue.code === "invalid_value" ? `write ${oneOf(issue.values)}` : undefined;
}

function hintFor(issue: Issue, value: unknown): string | undefined {
  if (issue.code === "invalid_value" && typeof value === "string") {
    const near = nearest(value, issue.values.map(String));
    return near === undefined || near === "" ? undefined : `did you mean "${near}"?`;
  }
  if (issue.code === "invalid_type" && issue.expected === "array" && typeof value === "string") {
    return "write a list: a line that starts with - for each entry, or [one, two]";
  }
  return undefined;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping",
  record: "a mapping",
};

function typeName(expected: string): string {
  return TYPE_NAMES[expected] ?? expected;
}

function nameOf(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (isMapping(value)) return "a mapping";
  if (typeof value === "boolean") return `${value}`;
  if (typeof value === "number") return Number.isInteger(value) ? "a whole number" : "a number";
  return "a text";
}

export { issueFindings };
