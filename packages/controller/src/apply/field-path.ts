/** The parts of a set of fields in the form of the API server (`FieldsV1`), told apart by their prefixes. */
export type FieldStep =
  /** The value itself, beside what is in it. */
  | { readonly step: "self" }
  /** A field of an object. */
  | { readonly step: "field"; readonly name: string }
  /** The item of a list that has these values in these fields. */
  | { readonly step: "item"; readonly keys: Readonly<Record<string, unknown>> }
  /** This value in a list that is a set. */
  | { readonly step: "value"; readonly value: unknown }
  | { readonly step: "unknown" };

/** Reads one key of a set of fields. */
export function fieldStep(key: string): FieldStep {
  if (key === ".") return { step: "self" };
  const rest = key.slice(2);
  try {
    if (key.startsWith("f:")) return { step: "field", name: rest };
    if (key.startsWith("v:")) return { step: "value", value: JSON.parse(rest) as unknown };
    if (key.startsWith("k:")) {
      const keys: unknown = JSON.parse(rest);
      if (isRecord(keys)) return { step: "item", keys };
    }
  } catch {
    // Not in any form that is known.
  }
  return { step: "unknown" };
}

/** Whether a parsed JSON value is an object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
