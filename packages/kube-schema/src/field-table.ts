import { isJsonObject } from "./json-value.ts";
import { LIST_MAP_KEYS_KEYWORD } from "./list-map.ts";
import { VALIDATIONS_KEYWORD } from "./rule.ts";
import { SchemaError } from "./schema-error.ts";
import type { StructuralSchema } from "./structural.ts";

/** What a reader needs to know about one field. */
export interface FieldRow {
  /** Dotted path; `[]` stands for each entry of a list, `<name>` for each key of a map. */
  readonly path: string;
  readonly type: string;
  readonly required: boolean;
  /** The default as JSON, if there is one. */
  readonly default?: string;
  /** Bounds, patterns and permitted values, one phrase each. */
  readonly bounds: readonly string[];
  /** Messages of the CEL rules on the field. */
  readonly rules: readonly string[];
  readonly description: string;
}

interface Walk {
  readonly patternNames: PatternNames;
  readonly rows: FieldRow[];
  /** Where an object with several fields was described first, so that it is described once. */
  readonly described: Map<string, string>;
}

/** What to call a pattern that readers know by a name, keyed by the pattern. */
export type PatternNames = Readonly<Record<string, string>>;

/**
 * One row per field, depth first in the schema's order. An object that occurs again refers to its first place.
 * Throws a `SchemaError` for a field without a description.
 */
export function fieldRows(schema: StructuralSchema, patternNames: PatternNames = {}): FieldRow[] {
  const walk: Walk = { rows: [], described: new Map(), patternNames };
  visitFields(schema, "", walk);
  return walk.rows;
}

function visitFields(schema: StructuralSchema, parent: string, walk: Walk): void {
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const path = parent === "" ? name : `${parent}.${name}`;
    // What has a default is never missing, whatever the list of required fields says.
    const isListed = schema.required?.includes(name) ?? false;
    visitField(field, path, isListed && field.default === undefined, walk);
  }
}

function visitField(field: StructuralSchema, path: string, required: boolean, walk: Walk): void {
  if (field.description === undefined)
    throw new SchemaError("undocumented", path, "describe this field");
  const [node, place] = innermost(field, path);
  const earlier = describedBefore(node, place, walk);
  const description =
    earlier === undefined
      ? field.description
      : `${field.description} Same fields as \`${earlier}\`.`;
  walk.rows.push({
    path,
    type: typeName(field),
    required,
    ...(field.default === undefined ? {} : { default: JSON.stringify(field.default) }),
    bounds: layers(field).flatMap((layer) => boundsOf(layer, walk.patternNames)),
    rules: layers(field).flatMap((layer) =>
      (layer[VALIDATIONS_KEYWORD] ?? []).map(({ message }) => message),
    ),
    description,
  });
  if (earlier === undefined) visitFields(node, place, walk);
}

function describedBefore(
  node: StructuralSchema,
  place: string,
  { described }: Walk,
): string | undefined {
  if (Object.keys(node.properties ?? {}).length < 2) return undefined;
  const { description: _, ...rest } = node;
  const shape = JSON.stringify(rest);
  const earlier = described.get(shape);
  if (earlier === undefined) described.set(shape, place);
  return earlier;
}

function innermost(schema: StructuralSchema, path: string): [StructuralSchema, string] {
  if (schema.items !== undefined) return innermost(schema.items, `${path}[]`);
  if (isJsonObject(schema.additionalProperties))
    return innermost(schema.additionalProperties, `${path}.<name>`);
  return [schema, path];
}

function layers(schema: StructuralSchema): StructuralSchema[] {
  const inner = schema.items ?? schema.additionalProperties;
  return inner === undefined ? [schema] : [schema, ...layers(inner)];
}

function typeName(schema: StructuralSchema): string {
  if (schema.items !== undefined) return `list of ${typeName(schema.items)}`;
  if (schema.additionalProperties !== undefined)
    return `map of ${typeName(schema.additionalProperties)}`;
  return schema.type ?? "any JSON";
}

function boundsOf(schema: StructuralSchema, patternNames: PatternNames): string[] {
  return [
    ...(schema.enum === undefined
      ? []
      : [`one of ${schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(", ")}`]),
    ...range(schema.minimum, schema.maximum, ""),
    ...range(schema.minLength, schema.maxLength, " characters"),
    ...range(schema.minItems, schema.maxItems, " entries"),
    ...range(schema.minProperties, schema.maxProperties, " keys"),
    ...(schema.pattern === undefined
      ? []
      : [patternNames[schema.pattern] ?? `matches \`${schema.pattern}\``]),
    ...(schema[LIST_MAP_KEYS_KEYWORD] ?? []).map((key) => `one entry per \`${key}\``),
  ];
}

// How far integers are exact says nothing about the field, so it is left out.
const EXACT_ENDS: ReadonlySet<number> = new Set([Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]);

function range(least: number | undefined, most: number | undefined, unit: string): string[] {
  const hasLeast = least !== undefined && !EXACT_ENDS.has(least);
  const hasMost = most !== undefined && !EXACT_ENDS.has(most);
  if (hasLeast && hasMost) return [`${least} to ${most}${unit}`];
  if (hasLeast) return [`at least ${least}${unit}`];
  return hasMost ? [`at most ${most}${unit}`] : [];
}
