import * as z from "zod";

/** The schema keyword that says how a list merges: `atomic`, `set` or `map`. */
export const LIST_TYPE_KEYWORD = "x-kubernetes-list-type";
/** The schema keyword that says how an object merges: `atomic` when as a whole. */
export const MAP_TYPE_KEYWORD = "x-kubernetes-map-type";
/** The schema keyword that names the fields which together identify an entry of a `map` list. */
export const LIST_MAP_KEYS_KEYWORD = "x-kubernetes-list-map-keys";

/** Where an entry repeats an earlier one. */
export interface Duplicate {
  readonly index: number;
  /** The key fields and values both entries share. */
  readonly key: Readonly<Record<string, unknown>>;
}

/** The entries whose key fields equal those of an earlier entry. */
export function duplicateEntries(
  entries: readonly unknown[],
  keys: readonly string[],
): readonly Duplicate[] {
  const seen = new Set<string>();
  const duplicates: Duplicate[] = [];
  for (const [index, entry] of entries.entries()) {
    if (typeof entry !== "object" || entry === null) continue;
    const key = Object.fromEntries(keys.map((name) => [name, Reflect.get(entry, name) as unknown]));
    const identity = JSON.stringify(key);
    if (seen.has(identity)) duplicates.push({ index, key });
    seen.add(identity);
  }
  return duplicates;
}

/** A list whose entries are identified by `keys`: declared so to the API server, and checked here as it would. */
export function listMap<Entry extends z.ZodType>(
  entry: Entry,
  keys: readonly [string, ...string[]],
): z.ZodArray<Entry> {
  return z
    .array(entry)
    .superRefine((entries, context) => {
      for (const { index, key } of duplicateEntries(entries, keys)) {
        const message = `duplicate entry ${JSON.stringify(key)}: each ${keys.join(" + ")} may appear once in this list`;
        context.addIssue({ code: "custom", path: [index], message });
      }
    })
    .meta({ [LIST_TYPE_KEYWORD]: "map", [LIST_MAP_KEYS_KEYWORD]: [...keys] });
}

/** A list that is replaced as a whole when two writers meet. */
export function atomicList<Entry extends z.ZodType>(entry: Entry): z.ZodArray<Entry> {
  return z.array(entry).meta({ [LIST_TYPE_KEYWORD]: "atomic" });
}

/** A list of scalars without repetitions: declared so to the API server, and checked here as it would. */
export function setList<Entry extends z.ZodType>(entry: Entry): z.ZodArray<Entry> {
  return z
    .array(entry)
    .superRefine((entries, context) => {
      for (const index of repeatedScalars(entries)) {
        const message = `duplicate entry ${JSON.stringify(entries[index])}: each may appear once in this list`;
        context.addIssue({ code: "custom", path: [index], message });
      }
    })
    .meta({ [LIST_TYPE_KEYWORD]: "set" });
}

/** The places where a scalar repeats an earlier one. */
export function repeatedScalars(entries: readonly unknown[]): number[] {
  return entries.flatMap((entry, index) => (entries.indexOf(entry) < index ? [index] : []));
}

/** An object that is replaced as a whole when two writers meet. */
export function atomicObject<Schema extends z.ZodType>(schema: Schema): Schema {
  return schema.meta({ [MAP_TYPE_KEYWORD]: "atomic" });
}
