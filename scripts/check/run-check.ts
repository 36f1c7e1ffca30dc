import { existsSync } from "node:fs";
import { join } from "node:path";
import { capture } from "../bootstrap/run.mjs";
import { seconds } from "../bootstrap/step.mjs";
import type { Check } from "./checks.ts";

/** Runs one check, reports it on one line, and prints its whole output when it fails. */
export async function runCheck(check: Check, root: string): Promise<boolean> {
  const local = join(root, "node_modules", ".bin", check.program);
  const program = existsSync(local) ? local : check.program;
  const startedMs = performance.now();
  process.stdout.write(`headgate: checking ${check.name} … `);
  const { ok, output } = await capture(program, check.args, { cwd: root, env: process.env });
  process.stdout.write(`${ok ? "" : "failed after "}${seconds(performance.now() - startedMs)}\n`);
  if (ok) return true;
  console.error(output);
  const repair = check.repair === undefined ? "" : `; \`${check.repair}\` repairs it`;
  console.error(`headgate: stopped at ${check.name}${repair}`);
  return false;
}
