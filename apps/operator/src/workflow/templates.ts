import type { CompositeTool } from "@headgate/api";
import { isMapping } from "@headgate/gateway-config";
import { at, type WorkflowProblem } from "./problem.ts";
import { checkTemplate } from "./template/check.ts";

type Step = CompositeTool["steps"][number];
type OutputProperties = NonNullable<CompositeTool["output"]>["properties"];

/** A template, where it stands, and what it reads. */
export interface PlacedTemplate {
  readonly place: string;
  readonly problem?: string;
  readonly references: readonly (readonly string[])[];
  /** Whether it is one of those whose readings have to be there. */
  readonly binding: boolean;
}

const DEEPEST = 100;

/** Every template of a step: condition, message, collection, and each string in its arguments however deep. */
export function templatesOfStep(step: Step, place: string): readonly PlacedTemplate[] {
  const { condition, message, collection } = step;
  return [
    ...placed(condition, `${place}.condition`, true),
    ...placed(message, `${place}.message`, true),
    ...placed(collection, `${place}.collection`, false),
    ...Object.entries(step.arguments ?? {}).flatMap(([name, value]) =>
      typeof value === "string"
        ? placed(value, `${place}.arguments.${name}`, true)
        : within(value, `${place}.arguments.${name}`, 0),
    ),
  ];
}

/** Every template of the structured result, as deep as results may be. */
export function templatesOfOutput(
  properties: OutputProperties,
  place: string,
  depth = 1,
): readonly PlacedTemplate[] {
  if (depth > DEEPEST) return [];
  return Object.entries(properties).flatMap(([name, property]) => {
    // Below the first level the API server lets anything pass.
    if (!isMapping(property)) return [];
    const own = placed(property.value, `${place}.${name}.value`, true);
    const { properties: inner } = property;
    if (!isMapping(inner)) return own;
    const deeper = `${place}.${name}.properties`;
    return [...own, ...templatesOfOutput(inner as OutputProperties, deeper, depth + 1)];
  });
}

/** What is wrong with templates themselves. */
export function templateProblems(templates: readonly PlacedTemplate[]): WorkflowProblem[] {
  return templates.flatMap(({ place, problem }) =>
    problem === undefined ? [] : [at(place, problem, "TemplateInvalid")],
  );
}

function within(value: unknown, place: string, depth: number): readonly PlacedTemplate[] {
  if (typeof value === "string") return placed(value, place, false);
  if (typeof value !== "object" || value === null || depth > DEEPEST) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    within(inner, Array.isArray(value) ? `${place}[${name}]` : `${place}.${name}`, depth + 1),
  );
}

function placed(template: unknown, place: string, binding: boolean): readonly PlacedTemplate[] {
  return typeof template !== "string" ? [] : [{ place, binding, ...checkTemplate(template) }];
}
