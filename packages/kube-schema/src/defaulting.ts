import { isJsonObject, presentEntries } from "./json-value.ts";
import type { StructuralSchema } from "./structural.ts";

/**
 * The value after what an API server does to it before validation: a null that the schema does not allow
 * counts as left out, and what is left out gets its default. Nulls in lists stay, and so does the input.
 */
export function withDefaults(schema: StructuralSchema, value: unknown): unknown {
  return mapped(schema, value, true);
}

/** The value without the nulls an API server would drop: those of properties that may not be null. */
export function withoutNulls(schema: StructuralSchema, value: unknown): unknown {
  return mapped(schema, value, false);
}

function mapped(schema: StructuralSchema, value: unknown, fillIn: boolean): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined ? value : value.map((item) => mapped(items, item, fillIn));
  }
  if (!isJsonObject(value)) return value;
  const entries = presentEntries(value).flatMap(([name, entry]): [string, unknown][] => {
    const property = propertySchema(schema, name);
    if (property === undefined) return [[name, entry]];
    if (entry === null && property.nullable !== true && property.type !== undefined) return [];
    return [[name, mapped(property, entry, fillIn)]];
  });
  return fillIn ? filledIn(schema, entries) : Object.fromEntries(entries);
}

function filledIn(schema: StructuralSchema, entries: [string, unknown][]): unknown {
  const present = new Set(entries.map(([name]) => name));
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (present.has(name) || property.default === undefined) continue;
    entries.push([name, mapped(property, structuredClone(property.default), true)]);
  }
  return Object.fromEntries(entries);
}

/** The schema of one property of an object, if the object's schema says anything about it. */
export function propertySchema(
  schema: StructuralSchema,
  name: string,
): StructuralSchema | undefined {
  const { properties = {}, additionalProperties } = schema;
  return Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
}
