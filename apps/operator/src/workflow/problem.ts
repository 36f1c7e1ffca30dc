/** What is wrong with a workflow at one place. */
export interface WorkflowProblem {
  /** A reason as the status has it. */
  readonly reason: "ValidationFailed" | "SchemaInvalid" | "TemplateInvalid" | "DependencyCycle";
  /** Place and mistake, a sentence without its full stop. */
  readonly message: string;
}

/** A problem at a place, as `steps[0].tool: is missing`. */
export function at(
  place: string,
  message: string,
  reason: WorkflowProblem["reason"] = "ValidationFailed",
): WorkflowProblem {
  return { reason, message: `${place}: ${message}` };
}
