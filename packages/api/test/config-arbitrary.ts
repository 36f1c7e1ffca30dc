import type { EvaluateCel, StructuralSchema } from "@headgate/kube-schema";
import * as fc from "fast-check";
import { hasLaws, lawBreaker, repaired, withoutRepetitions } from "./lawful.ts";
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
  const whole = documents(schema, sparse);
  const broken = lawBreaker(schema, evaluateCel);
  const blocks = Object.entries(schema.properties ?? {}).map(([name, block]) =>
    fc.tuple(whole, documents(block, dense)).map(([document, value]) => {
      const others = document as Record<string, unknown>;
      const needed = (schema.required ?? []).filter((field) => field in others);
      const least = Object.fromEntries(needed.map((field) => [field, others[field]]));
      return repaired({ ...least, [name]: value }, { ...others, [name]: value }, broken);
    }),
  );
  const config = fc.oneof(whole, fc.oneof(...blocks));
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
  return hasLaws(schema)
    ? either(style.lawful, lawful(schema, arbitrary, style), arbitrary)
    : arbitrary;
}

function lawful(
  schema: StructuralSchema,
  arbitrary: fc.Arbitrary<unknown>,
  style: Style,
): fc.Arbitrary<unknown> {
  if (schema.type === "array")
    return arbitrary.map((entries) => withoutRepetitions(schema, entries as unknown[]));
  const broken = lawBreaker(schema, style.evaluateCel);
  if (schema.properties === undefined) return arbitrary.filter((value) => broken(value) === 0);
  const names = Object.keys(schema.properties);
  const whole = fields(schema, style, () => style.inBounds * 10);
  const left = fc.tuple(
    ...names.map(() => either(style.absent, fc.constant(true), fc.constant(false))),
  );
  return fc.tuple(whole, left).map(([all, isLeft]) => {
    const isKept = (name: string) =>
      schema.required?.includes(name) === true || isLeft[names.indexOf(name)] === false;
    const some = Object.fromEntries(Object.entries(all).filter(([name]) => isKept(name)));
    return repaired(some, all, broken);
  });
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

function list(schema: StructuralSchema, style: Style): fc.Arbitrary<unknown> {
  const { items = {}, minItems = 0, maxItems } = schema;
  const entry = documents(items, style);
  const maxLength = Math.max(minItems, Math.min(2, maxItems ?? 2));
  const usual = fc.array(entry, { minLength: minItems, maxLength });
  const wrong = [
    ...(minItems > 0 ? [fc.constant([])] : []),
    ...(maxItems === undefined
      ? []
      : [entry.map((value) => Array.from({ length: maxItems + 1 }, () => value))]),
  ];
  return wrong.length === 0 ? usual : either(style.inBounds, usual, fc.oneof(...wrong));
}

function object(schema: StructuralSchema, style: Style): fc.Arbitrary<unknown> {
  if (schema.properties === undefined) return map(schema, style);
  return fields(schema, style, (isRequired) => (isRequired ? style.inBounds : 1 / style.absent));
}

/** Objects with the fields that a schema names, each there with `chances` against one. */
function fields(
  { properties = {}, required = [] }: StructuralSchema,
  style: Style,
  chances: (isRequired: boolean) => number,
): fc.Arbitrary<Record<string, unknown>> {
  const nothing = fc.constant(undefined);
  const named = Object.entries(properties).map(([name, property]) => {
    const value = documents(property, style);
    return [name, either(chances(required.includes(name)), value, nothing)] as const;
  });
  return fc.record(Object.fromEntries(named)).map(withoutUndefined);
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

function withoutUndefined(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined));
}
