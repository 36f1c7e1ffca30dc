import { isDeleting, type WantedCondition } from "@headgate/controller";
import { judgedConditions } from "../reconciler/judged-conditions.ts";
import type { Judgement } from "../reconciler/judged-kind.ts";
import { checkEntry, type EntryVerdict } from "./checks.ts";
import type { ObservedEntry } from "./observe.ts";

/** An entry is valid when everything that it refers to is there and its address may be asked; nothing is asked here. */
export function judgeEntry(observed: ObservedEntry, nowMs: number): Judgement<object> {
  const { entry } = observed;
  if (isDeleting(entry)) return {};
  const verdicts = checkEntry(observed);
  const failed = verdicts.filter(({ condition }) => condition.status === "False");
  const wanted = [validity(failed), ...verdicts.map(({ condition }) => condition)];
  return {
    incomplete: failed.some(({ waits, missing }) => waits === true || missing === true),
    status: { ...judgedConditions(entry, wanted, nowMs), phase: phaseOf(failed) },
  };
}

function phaseOf(failed: readonly EntryVerdict[]): "Valid" | "Pending" | "Failed" {
  if (failed.length === 0) return "Valid";
  return failed.every(({ waits }) => waits === true) ? "Pending" : "Failed";
}

function validity(failed: readonly EntryVerdict[]): WantedCondition {
  const type = "Valid";
  if (failed.length === 0) {
    const message = "Everything that the entry refers to is there.";
    return { type, status: "True", reason: "ConfigValid", message };
  }
  const message = failed.map(({ condition }) => condition.message).join(" ");
  return { type, status: "False", reason: "ConfigInvalid", message };
}
