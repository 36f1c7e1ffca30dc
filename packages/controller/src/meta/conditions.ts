import { ControllerError } from "../api/error.ts";

/** A condition of a status, as all of Kubernetes has them. */
export interface Condition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  /** One CamelCase word for machines. */
  readonly reason: string;
  readonly message: string;
  /** When `status` last became what it is. */
  readonly lastTransitionTime: string;
  /** The generation of the object that this was judged from. */
  readonly observedGeneration?: number;
}

/** A condition as it should be now; time and generation are added. */
export type WantedCondition = Pick<Condition, "type" | "status" | "reason" | "message">;

/** What conditions are made from. */
export interface ConditionsInput {
  /** What the status holds now. */
  readonly existing: readonly Condition[] | undefined;
  /** Every condition that its owner wants, in their order. */
  readonly wanted: readonly WantedCondition[];
  /** `metadata.generation` of the object that was looked at. */
  readonly observedGeneration: number | undefined;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

const LONGEST_MESSAGE = 32_768;
const REASON = /^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/;

/**
 * The wanted conditions, dated: a time moves only with its status, so that wanting the same twice gives the same.
 * Throws `bad-request` on a reason that the API server would refuse, and on a type that is wanted twice.
 */
export function conditionsFrom(input: ConditionsInput): readonly Condition[] {
  const { existing = [], wanted, observedGeneration, nowMs } = input;
  const types = new Set<string>();
  return wanted.map(({ type, status, reason, message }) => {
    if (!REASON.test(reason) || types.has(type)) {
      const what = types.has(type) ? "is wanted twice" : `has the reason ${JSON.stringify(reason)}`;
      throw new ControllerError(
        "bad-request",
        `Condition ${type} ${what}. Want each type once, with one CamelCase word as its reason.`,
      );
    }
    types.add(type);
    const before = conditionOf(existing, type);
    const since = before?.status === status ? before.lastTransitionTime : undefined;
    return {
      type,
      status,
      reason,
      message: message.slice(0, LONGEST_MESSAGE),
      lastTransitionTime: since ?? kubeTime(nowMs),
      ...(observedGeneration === undefined ? {} : { observedGeneration }),
    };
  });
}

/** The condition of a type, if there is one. */
export function conditionOf(
  conditions: readonly Condition[] | undefined,
  type: string,
): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** A moment as Kubernetes writes it, in whole seconds. */
export function kubeTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
