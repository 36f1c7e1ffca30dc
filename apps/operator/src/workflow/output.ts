import type { CompositeTool } from "@headgate/api";
import { isMapping } from "@headgate/gateway-config";
import { at, type WorkflowProblem } from "./problem.ts";

type Properties = NonNullable<CompositeTool["output"]>["properties"];
type Property = Properties[string];

const DEEPEST = 10;

/** What is wrong with the fields of a structured result. */
export function outputProblems(
  properties: Properties,
  place: string,
  depth = 1,
): WorkflowProblem[] {
  if (depth > DEEPEST) return [at(place, `is nested more than ${DEEPEST} deep`, "SchemaInvalid")];
  return Object.entries(properties).flatMap(([name, property]) =>
    // Below the first level the API server lets anything pass.
    isMapping(property)
      ? propertyProblems(property, `${place}.${name}`, depth)
      : [at(`${place}.${name}`, "must be a mapping", "SchemaInvalid")],
  );
}

/** What of `required` is no field of the result. */
export function requiredProblems(
  { properties, required = [] }: NonNullable<CompositeTool["output"]>,
  place: string,
): WorkflowProblem[] {
  return required
    .filter((name) => !Object.hasOwn(properties, name))
    .map((name) => at(place, `there is no property ${JSON.stringify(name)}`, "SchemaInvalid"));
}

function propertyProblems(property: Property, place: string, depth: number): WorkflowProblem[] {
  const { type, description, value, properties } = property;
  const wrong = (message: string) => at(place, message, "SchemaInvalid");
  const hasValue = value !== undefined && value !== "";
  return [
    ...(type === undefined ? [wrong("needs a type")] : []),
    ...(description === undefined || description === "" ? [wrong("needs a description")] : []),
    ...(hasValue === (properties !== undefined)
      ? [wrong("needs either a value or properties, and not both")]
      : []),
    ...(properties !== undefined && type !== "object"
      ? [wrong("has properties, so its type must be object")]
      : []),
    ...(!isMapping(properties)
      ? []
      : outputProblems(properties as Properties, `${place}.properties`, depth + 1)),
  ];
}
