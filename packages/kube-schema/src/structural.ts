import * as z from "zod";
import { PRESERVE_KEYWORD } from "./free-form.ts";
import { LIST_MAP_KEYS_KEYWORD, LIST_TYPE_KEYWORD, MAP_TYPE_KEYWORD } from "./list-map.ts";
import { RE2_PATTERN_KEYWORD } from "./re2-text.ts";
import { REQUIRED_DEFAULT_KEYWORD } from "./required-default.ts";
import { type CelRule, VALIDATIONS_KEYWORD } from "./rule.ts";
import { SchemaError } from "./schema-error.ts";

/** An OpenAPI v3 schema in the structural form that a CustomResourceDefinition requires. */
export interface StructuralSchema {
  type?: "object" | "array" | "string" | "integer" | "number" | "boolean";
  description?: string;
  default?: unknown;
  enum?: unknown[];
  format?: string;
  nullable?: boolean;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: boolean;
  exclusiveMaximum?: boolean;
  multipleOf?: number;
  minItems?: number;
  maxItems?: number;
  minProperties?: number;
  maxProperties?: number;
  required?: string[];
  properties?: Record<string, StructuralSchema>;
  additionalProperties?: StructuralSchema;
  items?: StructuralSchema;
  [VALIDATIONS_KEYWORD]?: readonly CelRule[];
  [LIST_TYPE_KEYWORD]?: "atomic" | "set" | "map";
  [LIST_MAP_KEYS_KEYWORD]?: readonly string[];
  [MAP_TYPE_KEYWORD]?: "atomic";
  [PRESERVE_KEYWORD]?: true;
}

/** The numbers that the format `int32` allows. */
export const INT32_RANGE = { minimum: -(2 ** 31), maximum: 2 ** 31 - 1 } as const;

type JsonSchema = Readonly<Record<string, unknown>>;

const COPIED_KEYWORDS = [
  "type",
  "description",
  "default",
  "enum",
  "format",
  "nullable",
  "pattern",
  "minLength",
  "maxLength",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minItems",
  "maxItems",
  "minProperties",
  "maxProperties",
  "required",
  VALIDATIONS_KEYWORD,
  LIST_TYPE_KEYWORD,
  LIST_MAP_KEYS_KEYWORD,
  MAP_TYPE_KEYWORD,
  PRESERVE_KEYWORD,
] as const;

const NESTED_KEYWORDS = ["properties", "additionalProperties", "items"] as const;
// Said to this projection alone.
const OWN_KEYWORDS = [RE2_PATTERN_KEYWORD, REQUIRED_DEFAULT_KEYWORD] as const;
const KNOWN_KEYWORDS: ReadonlySet<string> = new Set([
  ...COPIED_KEYWORDS,
  ...NESTED_KEYWORDS,
  ...OWN_KEYWORDS,
]);

/**
 * The structural schema that accepts what `schema` accepts before defaults are filled in.
 * Throws a `SchemaError` when the schema needs something a CustomResourceDefinition cannot say
 * (a union, an intersection, a reference, a transform), naming the place.
 */
export function structuralSchema(schema: z.ZodType): StructuralSchema {
  return structural(openApiSchema(schema), "$");
}

function openApiSchema(schema: z.ZodType): JsonSchema {
  try {
    return z.toJSONSchema(schema, {
      target: "openapi-3.0",
      io: "input",
      reused: "inline",
      cycles: "throw",
    });
  } catch (cause) {
    throw new SchemaError(
      "not-representable",
      "$",
      `JSON schema cannot express this type: ${String(cause)}`,
      {
        cause,
      },
    );
  }
}

function structural(node: JsonSchema, at: string): StructuralSchema {
  for (const keyword of Object.keys(node)) {
    if (!KNOWN_KEYWORDS.has(keyword)) throw forbidden(keyword, at);
  }
  const result: Record<string, unknown> = {};
  for (const keyword of COPIED_KEYWORDS) {
    if (keyword in node) result[keyword] = node[keyword];
  }
  if (typeof node["pattern"] === "string")
    result["pattern"] = node[RE2_PATTERN_KEYWORD] ?? plainPattern(node["pattern"]);
  if (node["type"] === undefined && node[PRESERVE_KEYWORD] !== true) {
    throw new SchemaError(
      "untyped",
      at,
      "every value needs a type; use freeValue() for arbitrary JSON",
    );
  }
  dropImpliedRange(result);
  const required = requiredNames(node);
  if (required.length > 0) result["required"] = required;
  return { ...result, ...nestedSchemas(node, at) };
}

// What a format says by itself is not said again.
function dropImpliedRange(node: Record<string, unknown>): void {
  if (node["format"] !== "int32") return;
  if (node["minimum"] === INT32_RANGE.minimum) delete node["minimum"];
  if (node["maximum"] === INT32_RANGE.maximum) delete node["maximum"];
}

function requiredNames(node: JsonSchema): string[] {
  const properties = Object.entries((node["properties"] ?? {}) as Record<string, JsonSchema>);
  const listed = new Set((node["required"] ?? []) as string[]);
  return properties
    .filter(([name, property]) => listed.has(name) || property[REQUIRED_DEFAULT_KEYWORD] === true)
    .map(([name]) => name);
}

function nestedSchemas(node: JsonSchema, at: string): StructuralSchema {
  const nested: StructuralSchema = {};
  if (node["properties"] !== undefined) {
    nested.properties = Object.fromEntries(
      Object.entries(node["properties"] as Record<string, JsonSchema>).map(([name, property]) => [
        name,
        structural(property, `${at}.${name}`),
      ]),
    );
  }
  // Kubernetes forbids `false` here: unknown fields are refused by pruning rules, not by the schema.
  const isOpen = node[PRESERVE_KEYWORD] === true;
  if (!isOpen && typeof node["additionalProperties"] === "object") {
    nested.additionalProperties = structural(node["additionalProperties"] as JsonSchema, `${at}{}`);
  }
  if (node["items"] !== undefined)
    nested.items = structural(node["items"] as JsonSchema, `${at}[]`);
  return nested;
}

// JavaScript escapes slashes in the source of a regular expression; elsewhere they are ordinary characters.
function plainPattern(source: string): string {
  return source.replaceAll(/\\(.)/gsu, (escape, character: string) =>
    character === "/" ? "/" : escape,
  );
}

function forbidden(keyword: string, at: string): SchemaError {
  return new SchemaError(
    "forbidden-keyword",
    at,
    `"${keyword}" has no place in a structural schema; write variants as optional fields with a CEL rule`,
  );
}
