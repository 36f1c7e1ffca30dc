// `npm run prove:limits`: three gateways, one Redis, one user, and what goes wrong; prints what passed and what may pass.
import { LIMIT_FAULTS } from "./limit-faults.ts";
import type { LimitRun } from "./limit-run.ts";

const PACE = { forMs: 12_000, calls: 1_000 };

async function main(): Promise<number> {
  let broken = 0;
  for (const { name, run } of LIMIT_FAULTS) {
    const seen = await run(PACE);
    if (seen.admitted > seen.atMost) broken += 1;
    process.stdout.write(`${lineOf(name, seen)}\n`);
  }
  process.stdout.write(broken === 0 ? "no limit was broken\n" : `${broken} limits were broken\n`);
  return broken === 0 ? 0 : 1;
}

function lineOf(name: string, seen: LimitRun): string {
  const failed = [...seen.failed].map(([why, count]) => `${count} × ${why}`).join(", ");
  return [
    `${name}: ${seen.admitted} of ${seen.admitted + seen.refused} calls passed, at most ${seen.atMost} may`,
    `${seen.reached} reached the backend`,
    `${seen.onTheirOwn} gateways decided alone`,
    `the longest decision took ${seen.longestCheckMs.toFixed(1)} ms, ${seen.late} over 32 ms (a bare timer of 30 ms: up to ${seen.longestBareWaitMs.toFixed(1)} ms)`,
    `failed: ${failed === "" ? "none" : failed}`,
  ].join("; ");
}

process.exitCode = await main();
