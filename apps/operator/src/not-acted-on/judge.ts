import { type Condition, isDeleting, type WantedCondition } from "@headgate/controller";
import {
  existingConditions,
  judgedConditions,
  type WithConditions,
} from "../reconciler/judged-conditions.ts";
import type { Judgement } from "../reconciler/judged-kind.ts";

/** Says that it is ours; whoever acts on the object has other reasons. */
const REASON = "NotActedOn";

/** What an object says of itself while nobody acts on it. */
export type Notice = Pick<WantedCondition, "type" | "status" | "message">;

/** Tells that nobody acts on an object, unless somebody does: then the status is theirs alone. */
export function judgeUnattended(
  object: WithConditions,
  { type, status, message }: Notice,
  nowMs: number,
): Judgement<object> {
  if (isDeleting(object)) return {};
  const isOurs = (condition: Condition) => condition.type === type && condition.reason === REASON;
  const conditions = existingConditions(object) ?? [];
  const theirs = Object.keys(object.status ?? {}).some((field) => field !== "conditions");
  if (theirs || !conditions.every(isOurs)) {
    return conditions.some(isOurs) ? { status: {} } : {};
  }
  const wanted = { type, status, reason: REASON, message };
  return { status: { conditions: judgedConditions(object, [wanted], nowMs).conditions } };
}
