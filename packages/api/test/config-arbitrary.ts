import {
  admissionViolations,
  type EvaluateCel,
  LIST_MAP_KEYS_KEYWORD,
  type StructuralSchema,
  VALIDATIONS_KEYWORD,
} from "@headgate/kube-schema";
import * as fc from "fast-check";

const DURATIONS = [
  "",
  "0s",
  "1s",
  "0.5s",
  "1m0s",
  "1.5h",
  "999ms",
  "10µs",
  "1h30m",
  "5",
  "-1s",
  "1d",
];
const WORDS = [
  "redis",
  "memory",
  "openai",
  "X-Key",
  "authorization",
  "na me",
  "ö",
  "😀",
  "\u0000",
  "stdio",
];
const ODDITIES = [
  "http://a",
  "https://b/mcp",
  "ftp://c",
  "0.5",
  "1",
  ".25",
  "1.",
  "tab\there",
  "line\nbreak",
];
/** Texts of which every pattern of the configuration accepts some and refuses some. */
const TEXTS = [...DURATIONS, ...WORDS, ...ODDITIES];

const anyValue = fc.oneof(
  fc.constantFrom<unknown>(null, true, [], {}, 0, -1, 1.5, 51, 2 ** 31, 2 ** 53, 1e300, ...TEXTS),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Configurations of which most are valid; some break a rule, and some have one or two odd places. */
export function configArbitrary(
  schema: StructuralSchema,
  evaluateCel: EvaluateCel,
): fc.Arbitrary<unknown> {
  const mutation = fc.record({
    at: fc.nat(),
    how: fc.constantFrom("replace", "remove", "add", "repeat"),
    value: anyValue,
  });
  const mutations = fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(mutation, { minLength: 1, maxLength: 2 }) },
  );
  return fc
    .tuple(mostlyValid(schema, evaluateCel), mutations)
    .map(([config, changes]) => changes.reduce<unknown>(mutated, config));
}

function mostlyValid(schema: StructuralSchema, evaluateCel: EvaluateCel): fc.Arbitrary<unknown> {
  const inner = (child: StructuralSchema) => mostlyValid(child, evaluateCel);
  const arbitrary = typed(schema, inner);
  if (schema[VALIDATIONS_KEYWORD] === undefined && schema[LIST_MAP_KEYS_KEYWORD] === undefined)
    return arbitrary;
  const lawful = arbitrary.filter(
    (value) => admissionViolations(schema, value, evaluateCel).length === 0,
  );
  return fc.oneof({ weight: 30, arbitrary: lawful }, { weight: 1, arbitrary });
}

type Inner = (schema: StructuralSchema) => fc.Arbitrary<unknown>;

function typed(schema: StructuralSchema, inner: Inner): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case "boolean":
      return fc.boolean();
    case "integer":
    case "number":
      return integer(schema);
    case "string":
      return text(schema);
    case "array":
      return fc.array(inner(schema.items ?? {}), { maxLength: Math.min(2, schema.maxItems ?? 2) });
    case "object":
      return object(schema, inner);
    case undefined:
    default:
      return fc.jsonValue({ maxDepth: 1 }).filter((value) => value !== null);
  }
}

function integer({ minimum = -9, maximum = 99 }: StructuralSchema): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.constantFrom(minimum, maximum),
    fc.integer({ min: Math.max(minimum, -9), max: Math.max(minimum, Math.min(maximum, 99)) }),
  );
}

function text({
  pattern,
  minLength = 0,
  maxLength = Infinity,
}: StructuralSchema): fc.Arbitrary<unknown> {
  const texts = TEXTS.filter(
    (candidate) =>
      (pattern === undefined || new RegExp(pattern, "u").test(candidate)) &&
      candidate.length >= minLength,
  );
  const long = pattern === undefined && maxLength < 10_000 ? ["😀".repeat(maxLength)] : [];
  return fc.constantFrom(...texts, ...long);
}

function object(schema: StructuralSchema, inner: Inner): fc.Arbitrary<unknown> {
  const { properties, additionalProperties, required = [] } = schema;
  if (properties === undefined) {
    const entry =
      additionalProperties === undefined
        ? fc.jsonValue({ maxDepth: 1 })
        : inner(additionalProperties);
    return fc.dictionary(fc.constantFrom("a", "X-Key", "content-type", "x y"), entry, {
      maxKeys: 2,
    });
  }
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [name, inner(property)]),
  );
  return fc.record(fields, { requiredKeys: required, noNullPrototype: true });
}

interface Mutation {
  readonly at: number;
  readonly how: "replace" | "remove" | "add" | "repeat";
  readonly value: unknown;
}

type Container = Record<string, unknown> | unknown[];

function mutated(config: unknown, { at, how, value }: Mutation): unknown {
  const copy = structuredClone(config);
  const places = placesIn(copy);
  const place = places[at % places.length];
  if (place === undefined) return value;
  const [container, key] = place;
  if (Array.isArray(container)) mutateList(container, Number(key), how, value);
  else if (how === "remove") Reflect.deleteProperty(container, key);
  else container[how === "add" ? "surplus" : key] = value;
  return copy;
}

function mutateList(list: unknown[], index: number, how: Mutation["how"], value: unknown): void {
  if (how === "repeat") list.push(structuredClone(list[index]));
  else if (how === "remove") list.splice(index, 1);
  else if (how === "add") list.push(value);
  else list[index] = value;
}

function placesIn(value: unknown): [Container, string][] {
  if (typeof value !== "object" || value === null) return [];
  const container = value as Container;
  const own = Object.keys(container).map((key): [Container, string] => [container, key]);
  return [...own, ...Object.values(container).flatMap(placesIn)];
}
