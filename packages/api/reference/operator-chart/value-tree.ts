import { editorSchema } from "@headgate/kube-schema";
import type * as z from "zod";

/** A value of a chart: a leaf with its default, or a block of values. */
export interface Value {
  readonly path: readonly string[];
  readonly description: string;
  readonly default?: unknown;
  readonly fields?: readonly Value[];
}

interface Schema {
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** The values that a chart has, in order; what has no default is left out. */
export function valueTree(values: z.ZodType): readonly Value[] {
  return fieldsOf(editorSchema(values, ""), []);
}

function fieldsOf({ properties = {} }: Schema, above: readonly string[]): readonly Value[] {
  return Object.entries(properties).flatMap(([name, schema]): Value[] => {
    const path = [...above, name];
    const about = { path, description: schema.description ?? "" };
    if (schema.default === undefined) return [];
    if (schema.properties === undefined) return [{ ...about, default: schema.default }];
    return [{ ...about, fields: fieldsOf(schema, path) }];
  });
}
