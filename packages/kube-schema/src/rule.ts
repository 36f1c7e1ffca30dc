import * as z from "zod";

/** The schema keyword under which a Kubernetes API server looks for CEL rules. */
export const VALIDATIONS_KEYWORD = "x-kubernetes-validations";

/** One constraint in both of its languages: CEL for the API server, a predicate for our own process. */
export interface Rule<Value> {
  /** CEL over `self`, as the API server evaluates it. */
  readonly cel: string;
  /** What the person who broke the rule reads, in both worlds. */
  readonly message: string;
  /** The same decision as `cel`, for a value whose fields already have the right types. */
  readonly holds: (value: Value) => boolean;
}

/** A CEL rule as it stands in a CustomResourceDefinition. */
export interface CelRule {
  readonly rule: string;
  readonly message: string;
}

/** The CEL rules a schema carries so far, in the order they were added. */
export function celRulesOf(schema: z.ZodType): readonly CelRule[] {
  const rules = z.globalRegistry.get(schema)?.[VALIDATIONS_KEYWORD];
  return Array.isArray(rules) ? (rules as CelRule[]) : [];
}

/** Promises the same schema which also refuses values that break a rule, and carries the rules into its projections. */
export function withRules<Schema extends z.ZodType>(
  schema: Schema,
  rules: readonly Rule<z.output<Schema>>[],
): Schema {
  let ruled: Schema = schema;
  for (const { holds, message } of rules) ruled = ruled.refine(holds, { error: message });
  const carried = [
    ...celRulesOf(schema),
    ...rules.map(({ cel, message }) => ({ rule: cel, message })),
  ];
  return ruled.meta({ [VALIDATIONS_KEYWORD]: carried });
}
