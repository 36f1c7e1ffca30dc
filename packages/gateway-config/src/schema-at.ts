import * as z from "zod";
import type { Path } from "./problem.ts";

/** The schema that a place of a value answers to, wrappers removed; undefined where the schema ends. */
function schemaAt(schema: z.core.$ZodType, path: Path): z.core.$ZodType | undefined {
  let current: z.core.$ZodType | undefined = unwrapped(schema);
  for (const step of path) {
    if (current === undefined) return undefined;
    const inner = innerSchema(current, step);
    current = inner && unwrapped(inner);
  }
  return current;
}

/** The keys that may stand at a place; empty when any key may, or none. */
function knownKeys(schema: z.core.$ZodType, path: Path): readonly string[] {
  const place = schemaAt(schema, path);
  return place instanceof z.ZodObject ? Object.keys(place.shape) : [];
}

function innerSchema(schema: z.core.$ZodType, step: string | number): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodObject) {
    return Object.hasOwn(schema.shape, step)
      ? (schema.shape as Record<string, z.core.$ZodType>)[step]
      : undefined;
  }
  if (schema instanceof z.ZodRecord) return schema.valueType;
  if (schema instanceof z.ZodArray) return schema.element;
  return undefined;
}

function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  let current = schema;
  while (current instanceof z.ZodOptional || current instanceof z.ZodDefault) {
    current = current.unwrap();
  }
  return current;
}

export { knownKeys, schemaAt };
