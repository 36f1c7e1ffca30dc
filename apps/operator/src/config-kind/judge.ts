import {
  type Condition,
  conditionOf,
  type Happening,
  hasFinalizer,
  isDeleting,
  type WantedCondition,
} from "@headgate/controller";
import {
  existingConditions,
  type JudgedConditions,
  judgedConditions,
  type WithConditions,
} from "../reconciler/judged-conditions.ts";
import type { Judgement } from "../reconciler/judged-kind.ts";
import { shown } from "./referrers.ts";
import { specHash } from "./spec-hash.ts";

/** What a check of a configuration says. */
export interface Verdict {
  /** What is wrong, each in a sentence without its full stop; valid when there is nothing. */
  readonly problems: readonly string[];
  /** The reason of an invalid one, when it is not the usual one. */
  readonly reason?: string;
  /** Further conditions that the kind has. */
  readonly advice?: readonly WantedCondition[];
}

/** A configuration as others refer to it. */
export interface ConfigObject extends WithConditions {
  readonly spec?: unknown;
}

/** What is known of a configuration. */
export interface ObservedConfig<T extends ConfigObject> {
  readonly config: T;
  /** Who refers to it, as `Kind/name`. */
  readonly referrers: readonly string[];
}

/** How a kind of configuration is judged. */
export interface ConfigTerms<T extends ConfigObject> {
  readonly finalizer: string;
  /** The usual reasons of its condition `Valid`. */
  readonly reasons: { readonly valid: string; readonly invalid: string };
  readonly check: (config: T) => Verdict;
}

/** The status of every kind of configuration. */
export interface ConfigStatus extends JudgedConditions {
  readonly configHash: string;
}

/** Judges a configuration: its validity and its hash, and whether it may go when it is to be deleted. */
export function judgeConfig<T extends ConfigObject>(
  terms: ConfigTerms<T>,
  { config, referrers }: ObservedConfig<T>,
  nowMs: number,
): Judgement<ConfigStatus> {
  const deleting = isDeleting(config);
  // It waits for somebody else's finalizer: it is not ours to keep any more.
  if (deleting && !hasFinalizer(config, terms.finalizer)) return {};
  const finalizer = { name: terms.finalizer, wanted: !deleting || referrers.length > 0 };
  // Gone with its last finalizer: there is nothing left to write to.
  if (deleting && referrers.length === 0) return { finalizer };
  const wanted = wantedConditions(terms, config, deleting ? referrers : []);
  const judged = judgedConditions(config, wanted, nowMs);
  const happenings = happeningsOf(existingConditions(config), judged.conditions);
  return {
    finalizer,
    status: { ...judged, configHash: specHash(config.spec) },
    ...(happenings.length === 0 ? {} : { happenings }),
  };
}

function wantedConditions<T extends ConfigObject>(
  { reasons, check }: ConfigTerms<T>,
  config: T,
  blocking: readonly string[],
): WantedCondition[] {
  const { problems, reason, advice = [] } = check(config);
  const valid: WantedCondition =
    problems.length === 0
      ? { type: "Valid", status: "True", reason: reasons.valid, message: "The spec is valid." }
      : {
          type: "Valid",
          status: "False",
          reason: reason ?? reasons.invalid,
          message: `${problems.join("; ")}.`,
        };
  const blocked: WantedCondition = {
    type: "DeletionBlocked",
    status: "True",
    reason: "ReferencedByWorkloads",
    message: `Still referenced by ${shown(blocking)}; it goes when nothing refers to it any more.`,
  };
  return [valid, ...advice, ...(blocking.length === 0 ? [] : [blocked])];
}

function happeningsOf(
  before: readonly Condition[] | undefined,
  after: readonly Condition[],
): Omit<Happening, "regarding">[] {
  const changed = (type: string) => {
    const now = conditionOf(after, type);
    return now !== undefined && now.status !== conditionOf(before, type)?.status ? now : undefined;
  };
  const valid = changed("Valid");
  const blocked = changed("DeletionBlocked");
  const isValid = valid?.status === "True";
  return [
    ...(valid === undefined
      ? []
      : [
          {
            type: isValid ? ("Normal" as const) : ("Warning" as const),
            reason: isValid ? "ConfigValid" : "ConfigInvalid",
            action: "ValidateConfig",
            note: valid.message,
          },
        ]),
    ...(blocked === undefined
      ? []
      : [
          {
            type: "Warning" as const,
            reason: "DeletionBlocked",
            action: "DeleteConfig",
            note: blocked.message,
          },
        ]),
  ];
}
