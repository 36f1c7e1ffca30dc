import { propertySchema } from "./defaulting.ts";
import { PRESERVE_KEYWORD } from "./free-form.ts";
import { isJsonObject, presentEntries } from "./json-value.ts";
import type { StructuralSchema } from "./structural.ts";

/** The value without the fields that an API server drops because no schema names them, when validation is not strict. */
export function withoutUnknown(schema: StructuralSchema, value: unknown): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined ? value : value.map((item) => withoutUnknown(items, item));
  }
  if (!isJsonObject(value)) return value;
  const isOpen = schema[PRESERVE_KEYWORD] === true;
  const entries = presentEntries(value).flatMap(([name, entry]): [string, unknown][] => {
    const property = propertySchema(schema, name);
    if (property === undefined) return isOpen ? [[name, entry]] : [];
    return [[name, withoutUnknown(property, entry)]];
  });
  return Object.fromEntries(entries);
}
