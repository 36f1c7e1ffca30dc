// `npm test`: every check in turn, one line each; the first that fails ends the run, the last line counts the tests.
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { handOver } from "./bootstrap/run.mjs";
import { checks } from "./check/checks.ts";
import { runCheck } from "./check/run-check.ts";
import { readOutcome, summary, verdict } from "./check/test-outcome.ts";

const root = join(import.meta.dirname, "..");
const results = join(root, "results");
const report = join(results, "tests.json");

async function main(): Promise<number> {
  const manifest = await readFile(join(root, "package.json"), "utf8");
  const { scripts } = JSON.parse(manifest) as { scripts: Record<string, string> };
  for (const check of checks) {
    const command = scripts[check.script];
    if (command === undefined) throw new Error(`package.json has no script ${check.script}`);
    if (!(await runCheck(check, command, root))) return 1;
  }
  return test(process.argv.slice(2));
}

/** Runs all tests, or those whose path contains one of the given words. */
async function test(only: readonly string[]): Promise<number> {
  await mkdir(results, { recursive: true });
  await rm(report, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const vitest = join(root, "node_modules", ".bin", "vitest");
  const exitCode = await handOver(vitest, ["run", ...reporters, ...only], {
    cwd: root,
    env: process.env,
  });
  const outcome = await readOutcome(report, root);
  const problems = verdict(outcome, exitCode, Boolean(process.env["CI"]));
  for (const problem of problems) console.error(problem);
  console.log(summary(outcome));
  return problems.length === 0 ? 0 : 1;
}

process.exitCode = await main();
