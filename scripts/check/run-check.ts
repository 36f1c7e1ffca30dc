import { shell } from "../bootstrap/run.mjs";
import { seconds } from "../bootstrap/step.mjs";
import type { Check } from "./checks.ts";

/** Runs one check, reports it on one line, and prints its whole output when it fails. */
export async function runCheck(check: Check, command: string, root: string): Promise<boolean> {
  const startedMs = performance.now();
  process.stdout.write(`headgate: checking ${check.name} … `);
  const { ok, output } = await shell(command, { root, env: process.env });
  process.stdout.write(`${ok ? "" : "failed after "}${seconds(performance.now() - startedMs)}\n`);
  if (ok) return true;
  console.error(output);
  const repair = check.repair === undefined ? "" : `; \`${check.repair}\` repairs it`;
  console.error(`headgate: stopped at ${check.name}${repair}`);
  return false;
}
