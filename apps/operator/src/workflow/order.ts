import type { CompositeTool } from "@headgate/api";
import { at, type WorkflowProblem } from "./problem.ts";

type Steps = CompositeTool["steps"];

/** What is wrong with how steps wait for each other: ids that occur twice, that nobody has, circles. */
export function orderProblems(steps: Steps): WorkflowProblem[] {
  const ids = new Set(steps.map(({ id }) => id));
  const seen = new Set<string>();
  const problems = steps.flatMap(({ id, dependsOn = [] }, index) => {
    const place = `steps[${index}]`;
    const twice = id !== "" && seen.has(id);
    seen.add(id);
    const unknown = dependsOn.filter((name) => !ids.has(name));
    return [
      ...(twice ? [at(`${place}.id`, `${JSON.stringify(id)} is the id of another step too`)] : []),
      ...unknown.map((name) =>
        at(`${place}.dependsOn`, `there is no step with the id ${JSON.stringify(name)}`),
      ),
    ];
  });
  const circle = circleOf(steps);
  if (circle === undefined) return problems;
  const message = `steps wait for each other in a circle: ${circle.join(" → ")}`;
  return [...problems, at("steps", message, "DependencyCycle")];
}

/** The ids along a circle, the first one at both ends. */
function circleOf(steps: Steps): readonly string[] | undefined {
  const waitsFor = new Map(steps.map(({ id, dependsOn = [] }) => [id, dependsOn]));
  // What waits for nothing that is left can run, and so nothing needs to wait for it; what remains has a circle.
  const left = new Set(waitsFor.keys());
  const isFree = (id: string) => (waitsFor.get(id) ?? []).every((other) => !left.has(other));
  for (let before = -1; before !== left.size;) {
    before = left.size;
    for (const id of left) if (isFree(id)) left.delete(id);
  }
  const [first] = left;
  if (first === undefined) return undefined;
  const path: string[] = [];
  let current = first;
  while (!path.includes(current)) {
    path.push(current);
    current = (waitsFor.get(current) ?? []).find((other) => left.has(other)) ?? first;
  }
  return [...path.slice(path.indexOf(current)), current];
}
