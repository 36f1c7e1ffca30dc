import {
  type Condition,
  conditionsFrom,
  type KubeObject,
  type WantedCondition,
} from "@headgate/controller";

/** An object with a status, or without one yet. */
export interface WithConditions extends KubeObject {
  readonly status?: { readonly conditions?: readonly unknown[] | undefined } | undefined;
}

/** What every status says: its conditions, and of which generation of the spec. */
export interface JudgedConditions {
  readonly observedGeneration?: number;
  readonly conditions: readonly Condition[];
}

/** The conditions that an object has now; what its definition makes of them is what the API server let pass. */
export function existingConditions({ status }: WithConditions): readonly Condition[] | undefined {
  return status?.conditions as readonly Condition[] | undefined;
}

/** The wanted conditions as a part of the status of an object. */
export function judgedConditions(
  object: WithConditions,
  wanted: readonly WantedCondition[],
  nowMs: number,
): JudgedConditions {
  const { generation } = object.metadata;
  const existing = existingConditions(object);
  const conditions = conditionsFrom({ existing, wanted, observedGeneration: generation, nowMs });
  return { ...(generation === undefined ? {} : { observedGeneration: generation }), conditions };
}
