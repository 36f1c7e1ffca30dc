import type { WantedCondition } from "@headgate/controller";

/** What one check found: a condition, and whether a gateway may be made or changed. */
export interface Verdict {
  readonly condition: WantedCondition;
  /**
   * `keep`: nothing is touched, and what runs goes on. `stop`: no gateway may run. Undefined: no obstacle.
   */
  readonly obstacle?: "keep" | "stop";
  /** The phase while the obstacle is there; `Failed` when omitted. */
  readonly phase?: "Pending" | "Failed";
}

/** A condition that is as it should be. */
export function fine(type: string, reason: string, message: string): Verdict {
  return { condition: { type, status: "True", reason, message } };
}

/** A condition that keeps the server from being acted on. */
export function hindered(
  type: string,
  reason: string,
  message: string,
  more: Pick<Verdict, "phase" | "obstacle"> = {},
): Verdict {
  return { obstacle: "keep", ...more, condition: { type, status: "False", reason, message } };
}
