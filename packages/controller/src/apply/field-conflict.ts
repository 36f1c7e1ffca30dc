import type { StatusCause } from "../api/status.ts";

/** A field that could not be applied because another manager owns it. */
export interface FieldConflict {
  /** As the API server writes it: `.spec.replicas`. */
  readonly field: string;
  /** Who owns it, as far as the server said so. */
  readonly manager: string;
}

/** The fields that stood in the way of an apply. */
export function fieldConflicts(causes: readonly StatusCause[]): readonly FieldConflict[] {
  return causes
    .filter(({ reason }) => reason === "FieldManagerConflict")
    .map(({ field, message }) => ({ field, manager: /"([^"]*)"/.exec(message)?.[1] ?? "" }));
}
