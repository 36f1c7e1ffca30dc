import { codePoints } from "./bounded-text.ts";
import { propertySchema } from "./defaulting.ts";
import { PRESERVE_KEYWORD } from "./free-form.ts";
import { isJsonObject, presentEntries } from "./json-value.ts";
import {
  duplicateEntries,
  LIST_MAP_KEYS_KEYWORD,
  LIST_TYPE_KEYWORD,
  repeatedScalars,
} from "./list-map.ts";
import { javaScriptPattern } from "./re2-text.ts";
import { INT32_RANGE, type StructuralSchema } from "./structural.ts";
import { hasFormat } from "./text-format.ts";

/** One reason for which an API server would refuse a value. */
export interface Violation {
  /** Keys and indexes from the checked value down to the place. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What a schema says about one value, its children left aside. */
export type FieldCheck = (schema: StructuralSchema, value: unknown) => Violation[];

const TYPES: Readonly<Record<NonNullable<StructuralSchema["type"]>, (value: unknown) => boolean>> =
  {
    object: isJsonObject,
    array: Array.isArray,
    string: (value) => typeof value === "string",
    integer: Number.isInteger,
    number: Number.isFinite,
    boolean: (value) => typeof value === "boolean",
  };

const checkType: FieldCheck = ({ type, nullable }, value) => {
  if (type === undefined || (value === null && nullable === true)) return [];
  return unless(TYPES[type](value), `must be of type ${type}`);
};

const UNBOUNDED = { minimum: -Infinity, maximum: Infinity } as const;

const checkNumber: FieldCheck = (schema, value) => {
  if (typeof value !== "number") return [];
  const range = schema.format === "int32" ? INT32_RANGE : UNBOUNDED;
  const { minimum = range.minimum, maximum = range.maximum, multipleOf = 0 } = schema;
  const { exclusiveMinimum, exclusiveMaximum } = schema;
  return [
    ...unless(value >= minimum, `should be greater than or equal to ${minimum}`),
    ...unless(value <= maximum, `should be less than or equal to ${maximum}`),
    ...unless(exclusiveMinimum !== true || value !== minimum, `should be greater than ${minimum}`),
    ...unless(exclusiveMaximum !== true || value !== maximum, `should be less than ${maximum}`),
    ...unless(
      multipleOf === 0 || value % multipleOf === 0,
      `should be a multiple of ${multipleOf}`,
    ),
  ];
};

const checkString: FieldCheck = (schema, value) => {
  if (typeof value !== "string") return [];
  const { minLength = 0, maxLength = Infinity, pattern, format } = schema;
  const length = codePoints(value);
  const matches = pattern === undefined || matcher(pattern).test(value);
  return [
    ...unless(length >= minLength, `should be at least ${minLength} chars long`),
    ...unless(length <= maxLength, `may not be more than ${maxLength} chars long`),
    ...unless(matches, `should match '${pattern}'`),
    ...unless(format === undefined || hasFormat(value, format), `must be of format ${format}`),
  ];
};

const matchers = new Map<string, RegExp>();

function matcher(pattern: string): RegExp {
  const known = matchers.get(pattern) ?? new RegExp(javaScriptPattern(pattern), "u");
  matchers.set(pattern, known);
  return known;
}

const checkEnum: FieldCheck = ({ enum: supported }, value) =>
  unless(supported?.includes(value) ?? true, `supported values: ${supported?.join(", ")}`);

const checkObject: FieldCheck = (schema, value) => {
  if (!isJsonObject(value)) return [];
  const { required = [], minProperties = 0, maxProperties = Infinity } = schema;
  const names = presentEntries(value).map(([name]) => name);
  const missing = required.filter((name) => !names.includes(name));
  const isOpen = schema[PRESERVE_KEYWORD] === true || schema.type !== "object";
  const unknown = isOpen ? [] : names.filter((name) => propertySchema(schema, name) === undefined);
  return [
    ...missing.map((name) => ({ path: [name], message: "required value" })),
    ...unknown.map((name) => ({ path: [name], message: "unknown field" })),
    ...unless(names.length >= minProperties, `must have at least ${minProperties} properties`),
    ...unless(names.length <= maxProperties, `must have at most ${maxProperties} properties`),
  ];
};

const checkList: FieldCheck = (schema, value) => {
  if (!Array.isArray(value)) return [];
  const { minItems = 0, maxItems = Infinity } = schema;
  const keys = schema[LIST_TYPE_KEYWORD] === "map" ? (schema[LIST_MAP_KEYS_KEYWORD] ?? []) : [];
  const duplicates = keys.length === 0 ? [] : duplicateEntries(value, keys);
  const repeated = schema[LIST_TYPE_KEYWORD] === "set" ? repeatedScalars(value) : [];
  return [
    ...unless(value.length >= minItems, `must have at least ${minItems} items`),
    ...unless(value.length <= maxItems, `must have at most ${maxItems} items`),
    ...duplicates.map(({ index, key }) => ({
      path: [index],
      message: `duplicate value: ${JSON.stringify(key)}`,
    })),
    ...repeated.map((index) => ({
      path: [index],
      message: `duplicate value: ${JSON.stringify(value[index])}`,
    })),
  ];
};

/** Types, bounds, required and unknown fields, list keys: everything but CEL rules. */
export const FIELD_CHECKS: readonly FieldCheck[] = [
  checkType,
  checkNumber,
  checkString,
  checkEnum,
  checkObject,
  checkList,
];

function unless(isFine: boolean, message: string): Violation[] {
  return isFine ? [] : [{ path: [], message }];
}
