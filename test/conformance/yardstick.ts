import type { ConformanceRun } from "./run.ts";

/** The suites that acceptance consists of, with the checks that a complete server passes in each. */
export const SUITES = [
  { revision: "2025-11-25", flags: ["--requirements", "2025-11-25"], complete: 84 },
  {
    revision: "2025-06-18",
    flags: ["--suite", "all", "--spec-version", "2025-06-18"],
    complete: 56,
  },
  {
    revision: "2025-03-26",
    flags: ["--suite", "all", "--spec-version", "2025-03-26"],
    complete: 3,
  },
];

function named(run: ConformanceRun, ...statuses: string[]): string[] {
  return Object.entries(run.checks).flatMap(([scenario, checks]) =>
    checks.filter(({ status }) => statuses.includes(status)).map(({ id }) => `${scenario}/${id}`),
  );
}

/** Every check that failed, was warned about or was skipped, with the suite's words, one per line. */
export function complaints(run: ConformanceRun): string[] {
  return Object.entries(run.checks).flatMap(([scenario, checks]) =>
    checks
      .filter(({ status }) => status === "FAILURE" || status === "WARNING" || status === "SKIPPED")
      .map(({ id, status, errorMessage }) => `${status} ${scenario}/${id}: ${errorMessage ?? ""}`),
  );
}

/** The checks that passed in `direct` and did not in `through`. */
export function lost(direct: ConformanceRun, through: ConformanceRun): string[] {
  const passed = new Set(named(through, "SUCCESS"));
  return named(direct, "SUCCESS").filter((check) => !passed.has(check));
}
