import type { CompositeTool } from "@headgate/api";
import { at, type WorkflowProblem } from "./problem.ts";
import { templateProblems, templatesOfStep } from "./templates.ts";

type Step = CompositeTool["steps"][number];

const TOOL_NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/;
const IDENTIFIER = /^[\p{L}_][\p{L}\p{N}_]*$/u;
const MOST_PARALLEL = 50;
const MOST_ITERATIONS = 1_000;

/** What is wrong with a step by itself; what it has to do with other steps is looked at elsewhere. */
export function stepProblems(step: Step, place: string): WorkflowProblem[] {
  const { id, type, onError } = step;
  return [
    ...(isEmpty(id) ? [at(`${place}.id`, "is missing")] : []),
    ...(type === "elicitation" ? elicitationProblems(step, place) : []),
    ...(type === "forEach" ? forEachProblems(step, place) : []),
    ...(type === "tool" ? toolProblems(step, place) : []),
    ...(onError?.action === "retry" && (onError.retryCount ?? 0) < 1
      ? [at(`${place}.onError.retryCount`, "must be at least 1 when the action is retry")]
      : []),
    ...templateProblems(templatesOfStep(step, place)),
  ];
}

function toolProblems({ tool }: Step, place: string): WorkflowProblem[] {
  if (isEmpty(tool)) return [at(`${place}.tool`, "is missing")];
  if (TOOL_NAME.test(tool ?? "")) return [];
  return [
    at(
      `${place}.tool`,
      "is not the name of a tool: letters, digits, dots, hyphens and underscores, a letter or digit first",
    ),
  ];
}

function elicitationProblems({ message }: Step, place: string): WorkflowProblem[] {
  return isEmpty(message)
    ? [at(`${place}.message`, "is missing: it is what people are asked")]
    : [];
}

function forEachProblems(step: Step, place: string): WorkflowProblem[] {
  const { tool, message, collection, itemVar, maxParallel = 0, maxIterations = 0 } = step;
  const stray = "does not belong to a forEach step";
  return [
    ...(isEmpty(tool) ? [] : [at(`${place}.tool`, `${stray}: name the tool in step`)]),
    ...(isEmpty(message) ? [] : [at(`${place}.message`, stray)]),
    ...(isEmpty(collection)
      ? [at(`${place}.collection`, "is missing: it renders to the list of items")]
      : []),
    ...itemProblems(itemVar, `${place}.itemVar`),
    ...boundProblems(maxParallel, MOST_PARALLEL, `${place}.maxParallel`),
    ...boundProblems(maxIterations, MOST_ITERATIONS, `${place}.maxIterations`),
    ...innerProblems(step.step, `${place}.step`),
  ];
}

function itemProblems(name: string | undefined, place: string): WorkflowProblem[] {
  if (name === undefined || name === "") return [];
  if (name === "index") return [at(place, "must not be index, which is the item's number")];
  return IDENTIFIER.test(name)
    ? []
    : [at(place, "is not a name: letters, digits and underscores, no digit first")];
}

function boundProblems(value: number, most: number, place: string): WorkflowProblem[] {
  return value >= 0 && value <= most ? [] : [at(place, `must be from 0 to ${most}`)];
}

function innerProblems(given: Step["step"], place: string): WorkflowProblem[] {
  if (given === undefined) return [at(place, "is missing: it is what runs for each item")];
  // It is kept as it was written; the API server knows no more of it than that it is an object.
  const inner = given as Partial<Step>;
  if ((inner.type ?? "tool") !== "tool") return [at(`${place}.type`, "must be tool")];
  const step: Step = { ...inner, id: inner.id ?? "", type: "tool" };
  return stepProblems(step, place);
}

function isEmpty(text: string | undefined): boolean {
  return text === undefined || text === "";
}
