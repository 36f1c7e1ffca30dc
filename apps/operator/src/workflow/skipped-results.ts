import type { CompositeTool } from "@headgate/api";
import { at, type WorkflowProblem } from "./problem.ts";
import { type PlacedTemplate, templatesOfOutput, templatesOfStep } from "./templates.ts";

type Step = CompositeTool["steps"][number];

/** What is read from steps that may have no result, and that they have no stand-in for. */
export function skippedResultProblems({ steps, output }: CompositeTool): WorkflowProblem[] {
  const readings = [
    ...steps.map((step, index) => ({
      id: step.id,
      templates: templatesOfStep(step, `steps[${index}]`),
    })),
    { id: undefined, templates: templatesOfOutput(output?.properties ?? {}, "output.properties") },
  ];
  return steps.flatMap((step, index) => {
    if (!maySkip(step)) return [];
    const others = readings
      .filter(({ id }) => id !== step.id)
      .flatMap(({ templates }) => templates);
    const defaults = step.defaultResults;
    const given = new Set(typeof defaults === "object" && defaults ? Object.keys(defaults) : []);
    return fieldsRead(others, step.id)
      .filter(({ field }) => !given.has(field))
      .map(({ field, place }) =>
        at(
          `steps[${index}].defaultResults.${field}`,
          `is missing: ${place} reads it, and the step may be skipped or fail`,
        ),
      );
  });
}

function maySkip({ condition, onError }: Step): boolean {
  return (condition !== undefined && condition !== "") || onError?.action === "continue";
}

// `.steps.<id>.output.<field>`, each field once.
function fieldsRead(
  templates: readonly PlacedTemplate[],
  id: string,
): readonly { readonly field: string; readonly place: string }[] {
  const fields = new Map<string, string>();
  for (const { binding, references, place } of templates) {
    for (const [root, step, part, field] of binding ? references : []) {
      const isResult = root === "steps" && step === id && part === "output";
      if (isResult && field !== undefined && !fields.has(field)) fields.set(field, place);
    }
  }
  return [...fields].map(([field, place]) => ({ field, place }));
}
