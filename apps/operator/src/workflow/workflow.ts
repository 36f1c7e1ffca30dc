import type { CompositeTool } from "@headgate/api";
import { orderProblems } from "./order.ts";
import { outputProblems, requiredProblems } from "./output.ts";
import { at, type WorkflowProblem } from "./problem.ts";
import { skippedResultProblems } from "./skipped-results.ts";
import { stepProblems } from "./step.ts";
import { templateProblems, templatesOfOutput } from "./templates.ts";

const MOST_STEPS = 100;

/** Everything that is wrong with a composite tool beyond the form of its fields, in the order of its fields. */
export function workflowProblems(tool: CompositeTool): WorkflowProblem[] {
  const { name, description = "", parameters, steps, output } = tool;
  if (steps.length > MOST_STEPS) return [at("steps", `must be at most ${MOST_STEPS}`)];
  return [
    ...(name === "" ? [at("name", "is missing")] : []),
    ...(description === "" ? [at("description", "is missing")] : []),
    ...(parameters === undefined ? [] : parameterProblems(parameters)),
    ...(steps.length === 0 ? [at("steps", "must be at least one")] : []),
    ...steps.flatMap((step, index) => stepProblems(step, `steps[${index}]`)),
    ...orderProblems(steps),
    ...skippedResultProblems(tool),
    ...(output === undefined
      ? []
      : [
          ...outputProblems(output.properties, "output.properties"),
          ...requiredProblems(output, "output.required"),
          ...templateProblems(templatesOfOutput(output.properties, "output.properties")),
        ]),
  ];
}

function parameterProblems(schema: Readonly<Record<string, unknown>>): WorkflowProblem[] {
  const { type, properties, required } = schema;
  const wrong = (field: string, message: string) =>
    at(`parameters.${field}`, message, "SchemaInvalid");
  const isMap = typeof properties === "object" && properties !== null && !Array.isArray(properties);
  const areNames =
    Array.isArray(required) && required.every((name: unknown) => typeof name === "string");
  return [
    ...(type === "object" ? [] : [wrong("type", "must be object")]),
    ...(properties === undefined || isMap ? [] : [wrong("properties", "must be a mapping")]),
    ...(required === undefined || areNames ? [] : [wrong("required", "must be a list of names")]),
  ];
}
