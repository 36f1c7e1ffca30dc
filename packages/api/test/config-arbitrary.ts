import {
  admissionViolations,
  type EvaluateCel,
  LIST_MAP_KEYS_KEYWORD,
  type StructuralSchema,
  VALIDATIONS_KEYWORD,
} from "@headgate/kube-schema";
import * as fc from "fast-check";
import { mutated, mutation } from "./mutation.ts";
import { nearMiss, scalar } from "./scalar-arbitrary.ts";

/** How documents are to look: each a number of chances against one. */
interface Style {
  readonly evaluateCel: EvaluateCel;
  readonly absent: number;
  readonly inBounds: number;
  readonly lawful: number;
}

/**
 * Configurations of which most are valid. Some are sparse and whole, some go deep into one block;
 * some break a bound or a rule, and some have one or two odd places.
 */
export function configArbitrary(
  schema: StructuralSchema,
  evaluateCel: EvaluateCel,
): fc.Arbitrary<unknown> {
  const sparse: Style = { evaluateCel, absent: 2, inBounds: 100, lawful: 10 };
  const dense: Style = { evaluateCel, absent: 0.5, inBounds: 10, lawful: 4 };
  const blocks = Object.entries(schema.properties ?? {}).map(([name, block]) =>
    documents(block, dense).map((value) => ({ [name]: value })),
  );
  const config = fc.oneof(documents(schema, sparse), fc.oneof(...blocks));
  const mutations = fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(mutation, { minLength: 1, maxLength: 2 }) },
  );
  return fc
    .tuple(config, mutations)
    .map(([document, changes]) => changes.reduce<unknown>(mutated, document));
}

function documents(schema: StructuralSchema, style: Style): fc.Arbitrary<unknown> {
  const arbitrary = typed(schema, style);
  if (schema[VALIDATIONS_KEYWORD] === undefined && schema[LIST_MAP_KEYS_KEYWORD] === undefined)
    return arbitrary;
  const lawful = arbitrary.filter((value) => isLawful(schema, value, style.evaluateCel));
  return either(style.lawful, lawful, arbitrary);
}

// Only the rules of the place itself: what lies below has made its own choice.
function isLawful(schema: StructuralSchema, value: unknown, evaluateCel: EvaluateCel): boolean {
  const broken = admissionViolations(schema, value, evaluateCel);
  return !broken.some(({ path, message }) => path.length === 0 || message.startsWith("duplicate"));
}

function typed(schema: StructuralSchema, style: Style): fc.Arbitrary<unknown> {
  switch (schema.type) {
    case "array":
      return list(schema, style);
    case "object":
      return object(schema, style);
    case "boolean":
    case "integer":
    case "number":
    case "string":
      return either(style.inBounds, scalar(schema), nearMiss(schema));
    case undefined:
    default:
      return fc.jsonValue({ maxDepth: 1 }).filter((value) => value !== null);
  }
}

function list({ items = {}, maxItems }: StructuralSchema, style: Style): fc.Arbitrary<unknown> {
  const entry = documents(items, style);
  const usual = fc.array(entry, { maxLength: Math.min(2, maxItems ?? 2) });
  if (maxItems === undefined) return usual;
  return either(
    style.inBounds,
    usual,
    entry.map((value) => Array.from({ length: maxItems + 1 }, () => value)),
  );
}

function object(schema: StructuralSchema, style: Style): fc.Arbitrary<unknown> {
  const { properties, required = [] } = schema;
  if (properties === undefined) return map(schema, style);
  const nothing = fc.constant(undefined);
  const fields = Object.entries(properties).map(([name, property]) => {
    const value = documents(property, style);
    const isRequired = required.includes(name);
    return [
      name,
      isRequired ? either(style.inBounds, value, nothing) : either(style.absent, nothing, value),
    ] as const;
  });
  return fc.record(Object.fromEntries(fields)).map(withoutUndefined);
}

function map(
  { additionalProperties, maxProperties }: StructuralSchema,
  style: Style,
): fc.Arbitrary<unknown> {
  const entry =
    additionalProperties === undefined
      ? fc.jsonValue({ maxDepth: 1 })
      : documents(additionalProperties, style);
  const usual = fc.dictionary(fc.constantFrom("a", "X-Key", "content-type", "x y"), entry, {
    maxKeys: 2,
  });
  if (maxProperties === undefined) return usual;
  const names = Array.from({ length: maxProperties + 1 }, (_, index) => `k${index}`);
  return either(
    style.inBounds,
    usual,
    entry.map((value) => Object.fromEntries(names.map((name) => [name, value]))),
  );
}

function either(
  chances: number,
  usual: fc.Arbitrary<unknown>,
  other: fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  const weight = 10;
  return fc.oneof(
    { weight: Math.round(weight * chances), arbitrary: usual },
    { weight, arbitrary: other },
  );
}

function withoutUndefined(value: Readonly<Record<string, unknown>>): unknown {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined));
}
