import * as z from "zod";
import { issueFindings } from "./issue-sentence.ts";
import { copyOf, removeAt, replaceAt, valueAt } from "./places.ts";
import { type Finding, isWithin, type Path } from "./problem.ts";
import { type Draft, salvage, stepOf } from "./salvage.ts";
import { schemaAt } from "./schema-at.ts";

/** Mistakes of one file that are looked into. */
const MAX_ISSUES = 500;

/** The outcome of reading a value by a schema: the whole, or what is sound of it and what is wrong with the rest. */
type ReadAs<Schema extends z.ZodType> =
  | { readonly ok: true; readonly parsed: z.output<Schema>; readonly draft: Draft<z.input<Schema>> }
  | {
      readonly ok: false;
      readonly findings: readonly Finding[];
      readonly draft: Draft<z.input<Schema>>;
    };

/** The characters of a plain number or boolean as they stand in the file. */
type PlainText = (path: Path) => string | undefined;

/**
 * Reads a value from YAML by a schema, forgiving what YAML forgives: a key with nothing behind it is a
 * key that is not there, and a plain number or boolean is a text where a text belongs.
 */
function readAs<Schema extends z.ZodType>(
  schema: Schema,
  given: unknown,
  plainText: PlainText,
): ReadAs<Schema> {
  let value = given;
  let result = schema.safeParse(value);
  if (!result.success) {
    value = forgiven(schema, value, result.error.issues.slice(0, MAX_ISSUES), plainText);
    result = schema.safeParse(value);
  }
  if (result.success) {
    return { ok: true, parsed: result.data, draft: value as Draft<z.input<Schema>> };
  }
  const issues = result.error.issues.slice(0, MAX_ISSUES);
  const sound = salvage(value, issues);
  const hidden = rulesHiddenByUnknownKeys(schema, sound, issues);
  return {
    ok: false,
    findings: [...issues, ...hidden].flatMap((issue) => issueFindings(schema, value, issue)),
    draft: sound as Draft<z.input<Schema>>,
  };
}

function forgiven(
  schema: z.ZodType,
  given: unknown,
  issues: readonly z.core.$ZodIssue[],
  plainText: PlainText,
): unknown {
  const value = copyOf(given);
  for (const issue of issues) {
    const path = issue.path.map(stepOf);
    const found = valueAt(value, path);
    if (found === null && schemaAt(schema, path.slice(0, -1)) instanceof z.ZodObject) {
      removeAt(value, path);
    }
    if (issue.code !== "invalid_type" || issue.expected !== "string") continue;
    if (typeof found !== "number" && typeof found !== "boolean") continue;
    replaceAt(value, path, plainText(path) ?? String(found));
  }
  return value;
}

// A schema asks its rules only of an object without other faults; an unknown key must not hide them.
function rulesHiddenByUnknownKeys(
  schema: z.ZodType,
  sound: unknown,
  issues: readonly z.core.$ZodIssue[],
): z.core.$ZodIssue[] {
  const faulty = issues
    .filter(({ code }) => code !== "unrecognized_keys")
    .map(({ path }) => path.map(stepOf));
  return (schema.safeParse(sound).error?.issues ?? []).filter((issue) => {
    const path = issue.path.map(stepOf);
    return issue.code === "custom" && !faulty.some((place) => isWithin(place, path));
  });
}

export { readAs, type PlainText, type ReadAs };
