import {
  admissionViolations,
  type EvaluateCel,
  LIST_MAP_KEYS_KEYWORD,
  LIST_TYPE_KEYWORD,
  type StructuralSchema,
  VALIDATIONS_KEYWORD,
} from "@headgate/kube-schema";

type Fields = Readonly<Record<string, unknown>>;

// More changes than this are not worth the time: a value that still breaks a rule is of use, too.
const MAX_CHANGES = 12;

/** Whether a place has rules or keys of its own that values of the right type may still break. */
export function hasLaws(schema: StructuralSchema): boolean {
  return (
    [VALIDATIONS_KEYWORD, LIST_MAP_KEYS_KEYWORD].some((keyword) => keyword in schema) ||
    schema[LIST_TYPE_KEYWORD] === "set"
  );
}

/** How many rules of the place itself a value breaks; what lies below has made its own choice. */
export function lawBreaker(
  schema: StructuralSchema,
  evaluateCel: EvaluateCel,
): (value: unknown) => number {
  const own = { ...withoutLaws(schema), [VALIDATIONS_KEYWORD]: schema[VALIDATIONS_KEYWORD] ?? [] };
  return (value) =>
    admissionViolations(own, value, evaluateCel).filter(({ path }) => path.length === 0).length;
}

function withoutLaws(schema: StructuralSchema): StructuralSchema {
  const { [VALIDATIONS_KEYWORD]: _, properties, items, additionalProperties, ...rest } = schema;
  return {
    ...rest,
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, property]) => [name, withoutLaws(property)]),
      ),
    }),
    ...(items && { items: withoutLaws(items) }),
    ...(additionalProperties && { additionalProperties: withoutLaws(additionalProperties) }),
  };
}

/**
 * The object with fields taken out, put in or exchanged for those of `whole`, one after the other, as long as that
 * makes it break fewer rules.
 */
export function repaired(value: Fields, whole: Fields, broken: (value: unknown) => number): Fields {
  let best = value;
  for (let count = broken(best), step = 0; count > 0 && step < MAX_CHANGES; step += 1) {
    const better = Object.keys(whole)
      .flatMap((name) => [changed(best, name, whole[name]), changed(best, name, undefined)])
      .map((candidate) => ({ candidate, count: broken(candidate) }))
      .find((one) => one.count < count);
    if (better === undefined) return best;
    best = better.candidate;
    count = better.count;
  }
  return best;
}

function changed(value: Fields, name: string, field: unknown): Fields {
  const { [name]: _, ...rest } = value;
  return field === undefined ? rest : { ...rest, [name]: field };
}

/** The list without entries that repeat earlier ones. */
export function withoutRepetitions(schema: StructuralSchema, list: readonly unknown[]): unknown[] {
  const keys = schema[LIST_MAP_KEYS_KEYWORD];
  const seen = new Set<string>();
  return list.filter((entry) => {
    const fields = Object(entry) as Fields;
    const identity = JSON.stringify(keys === undefined ? entry : keys.map((key) => fields[key]));
    const isNew = !seen.has(identity);
    seen.add(identity);
    return isNew;
  });
}
