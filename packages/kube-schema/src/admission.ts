import { propertySchema, withDefaults } from "./defaulting.ts";
import { FIELD_CHECKS, type FieldCheck, type Violation } from "./field-checks.ts";
import { isJsonObject, presentEntries } from "./json-value.ts";
import { VALIDATIONS_KEYWORD } from "./rule.ts";
import type { StructuralSchema } from "./structural.ts";

/** Evaluates a CEL rule for `self`, in which integers are BigInts; may throw, which counts as a refusal. */
export type EvaluateCel = (rule: string, self: unknown) => boolean;

/**
 * What an API server would say to a value under a structural schema with strict field validation:
 * nulls dropped and defaults filled in first, then types, bounds, list keys and CEL rules.
 * An empty list means it is admitted.
 */
export function admissionViolations(
  schema: StructuralSchema,
  value: unknown,
  evaluateCel: EvaluateCel,
): Violation[] {
  const checks = [...FIELD_CHECKS, rulesCheck(evaluateCel)];
  const visit: FieldCheck = (node, self) => [
    ...checks.flatMap((check) => check(node, self)),
    ...children(node, self).flatMap((child) =>
      visit(child.schema, child.value).map(({ path, message }) => ({
        path: [child.key, ...path],
        message,
      })),
    ),
  ];
  return visit(schema, withDefaults(schema, value));
}

interface Child {
  readonly key: string | number;
  readonly schema: StructuralSchema;
  readonly value: unknown;
}

function children(schema: StructuralSchema, value: unknown): Child[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined
      ? []
      : value.map((item: unknown, key) => ({ key, schema: items, value: item }));
  }
  if (!isJsonObject(value)) return [];
  return presentEntries(value).flatMap(([key, entry]) => {
    const property = propertySchema(schema, key);
    return property === undefined ? [] : [{ key, schema: property, value: entry }];
  });
}

function rulesCheck(evaluateCel: EvaluateCel): FieldCheck {
  const holds = (rule: string, self: unknown): boolean => {
    try {
      return evaluateCel(rule, self);
    } catch {
      // The API server, too, treats a rule it cannot evaluate as broken.
      return false;
    }
  };
  return (schema, value) => {
    const rules = schema[VALIDATIONS_KEYWORD] ?? [];
    if (rules.length === 0) return [];
    const self = celValue(schema, value);
    return rules
      .filter(({ rule }) => !holds(rule, self))
      .map(({ message }) => ({ path: [], message }));
  };
}

function celValue(schema: StructuralSchema, value: unknown): unknown {
  if (schema.type === "integer" && Number.isInteger(value)) return BigInt(value as number);
  if (Array.isArray(value)) return value.map((item) => celValue(schema.items ?? {}, item));
  if (!isJsonObject(value)) return value;
  const entries = presentEntries(value).map(([name, entry]) => [
    name,
    celValue(propertySchema(schema, name) ?? {}, entry),
  ]);
  return Object.fromEntries(entries) as unknown;
}
