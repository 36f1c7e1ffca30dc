import { readFile } from "node:fs/promises";
import { relative } from "node:path";

/** What a run of the tests came to; a file that could not run counts as one failure. */
export interface TestOutcome {
  readonly passed: number;
  readonly failed: number;
  /** Every test that was skipped or is still to be written, with its file. */
  readonly skipped: readonly string[];
}

/** The part of vitest's JSON report that is read here. */
interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** Reads vitest's JSON report; a missing or broken one is an outcome without any test. */
export async function readOutcome(file: string, root: string): Promise<TestOutcome> {
  const text = await readFile(file, "utf8").catch(() => '{"testResults":[]}');
  return outcomeOf(JSON.parse(text) as Report, root);
}

/** Counts the tests of a report. */
export function outcomeOf(report: Report, root: string): TestOutcome {
  let passed = 0;
  let failed = 0;
  const skipped: string[] = [];
  for (const file of report.testResults) {
    const failedBefore = failed;
    for (const test of file.assertionResults) {
      if (test.status === "passed") passed += 1;
      else if (test.status === "failed") failed += 1;
      else skipped.push(`${relative(root, file.name)}: ${test.fullName}`);
    }
    if (file.status === "failed" && failed === failedBefore) failed += 1;
  }
  return { passed, failed, skipped };
}

/** Says why a run is not a success, one sentence each; in CI a skipped test is such a reason. */
export function verdict(outcome: TestOutcome, exitCode: number, ci: boolean): string[] {
  const problems: string[] = [];
  if (outcome.failed === 0 && exitCode !== 0) {
    problems.push(
      `headgate: vitest ended with ${exitCode} although no test failed: see the error above`,
    );
  }
  if (outcome.failed > 0) problems.push("headgate: stopped at tests");
  if (outcome.passed === 0) problems.push("headgate: no test ran");
  if (ci)
    problems.push(
      ...outcome.skipped.map((name) => `headgate: skipped, which CI does not allow: ${name}`),
    );
  return problems;
}

/** The last line of `npm test`. */
export function summary({ passed, failed, skipped }: TestOutcome): string {
  const counts = `${passed} passed, ${failed} failed`;
  return skipped.length === 0 ? counts : `${counts}, ${skipped.length} skipped`;
}
