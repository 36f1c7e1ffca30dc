import { isDeleting, type KubeObject, type WantedCondition } from "@headgate/controller";
import type { Cached } from "../cluster/caches.ts";
import type { Reads } from "../cluster/reads.ts";
import { BY_REFERENCE, referenceTo } from "../cluster/references.ts";
import { judgedConditions } from "../reconciler/judged-conditions.ts";
import type { Judgement } from "../reconciler/judged-kind.ts";
import type { WorkflowProblem } from "../workflow/problem.ts";
import { workflowProblems } from "../workflow/workflow.ts";

const MOST_ERRORS = 100;
const MOST_IN_MESSAGE = 5;

type Definition = Cached<"compositeToolDefinitions">;

/** What is known of a definition: what it says, and which VirtualMCPServers offer it. */
export interface ObservedDefinition {
  readonly definition: Definition;
  readonly servers: readonly string[];
}

/** Looks for the VirtualMCPServers that refer to a definition. */
export function observeDefinition(reads: Reads, definition: Definition): ObservedDefinition {
  const value = referenceTo("compositeToolDefinitions", definition.metadata);
  const servers: readonly KubeObject[] = reads.find("virtualMcpServers", BY_REFERENCE, value);
  return { definition, servers: servers.map(({ metadata }) => metadata.name ?? "") };
}

/** Says whether a definition can be offered, everything that is wrong with it, and who offers it. */
export function judgeDefinition(
  { definition, servers }: ObservedDefinition,
  nowMs: number,
): Judgement<object> {
  if (isDeleting(definition)) return {};
  const problems = problemsOf(definition);
  const errors = problems.slice(0, MOST_ERRORS).map(({ message }) => message);
  return {
    status: {
      ...judgedConditions(definition, conditionsOf(problems), nowMs),
      validationStatus: problems.length === 0 ? "Valid" : "Invalid",
      ...(errors.length === 0 ? {} : { validationErrors: errors }),
      // Who owns an empty set is not said by the API server, so it is left out.
      ...(servers.length === 0 ? {} : { referencingVirtualServers: servers }),
    },
  };
}

function problemsOf({ spec }: Definition): readonly WorkflowProblem[] {
  if (spec !== undefined) return workflowProblems(spec);
  return [{ reason: "ValidationFailed", message: "spec: is missing" }];
}

function conditionsOf(problems: readonly WorkflowProblem[]): WantedCondition[] {
  if (problems.length === 0) {
    const message = "The workflow is valid.";
    return [
      { type: "WorkflowValidated", status: "True", reason: "ValidationSuccess", message },
      { type: "Ready", status: "True", reason: "WorkflowReady", message },
    ];
  }
  const first = problems.slice(0, MOST_IN_MESSAGE).map((problem) => problem.message);
  const more = problems.length - first.length;
  const message = `${first.join("; ")}${more > 0 ? `; and ${more} more in validationErrors` : ""}.`;
  const reasons = new Set(problems.map(({ reason }) => reason));
  const [only = "ValidationFailed"] = reasons;
  const reason = reasons.size === 1 ? only : "ValidationFailed";
  return [
    { type: "WorkflowValidated", status: "False", reason, message },
    { type: "Ready", status: "False", reason: "WorkflowNotReady", message },
  ];
}
