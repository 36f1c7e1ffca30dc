// `npm run prove:rollout`: clients call stateful backends all the time while three gateways are replaced, one after another.
import { parseArgs } from "node:util";
import { rolloutRun } from "./rollout-run.ts";
import type { Rollout, RolloutOptions } from "./rollout-run.ts";

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      clients: { type: "string", default: "500" },
      rounds: { type: "string", default: "5" },
    },
  });
  const options = {
    clients: Number(values.clients),
    rounds: Number(values.rounds),
    everyMs: 900,
    restMs: 500,
  };
  let isProved = true;
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    const seen = await rolloutRun({ ...options, signal });
    process.stdout.write(`${lineOf({ ...options, signal }, seen)}\n`);
    isProved &&= isLossless(seen, signal);
  }
  process.stdout.write(isProved ? "nothing was lost\n" : "something was lost\n");
  return isProved ? 0 : 1;
}

/** With SIGKILL the calls that are in flight on the killed process fail, and nothing else. */
function isLossless(seen: Rollout, signal: RolloutOptions["signal"]): boolean {
  const { failed, lostSessions, lostState, repeated, duplicated } = seen;
  const isWhole = lostSessions + lostState + repeated + duplicated === 0;
  const cutOff = [...failed.keys()].every((why) => why === "HTTP 502");
  return isWhole && (signal === "SIGTERM" ? failed.size === 0 : cutOff);
}

function lineOf({ clients, signal }: RolloutOptions, seen: Rollout): string {
  const failed = [...seen.failed].map(([why, count]) => `${count} × ${why}`).join(", ");
  return [
    `${signal}: ${clients} clients made ${seen.calls} calls while ${seen.replaced} gateways were replaced`,
    `failed calls: ${failed === "" ? "0" : failed}`,
    `lost sessions: ${seen.lostSessions}`,
    `lost backend state: ${seen.lostState}`,
    `repeated calls: ${seen.repeated + seen.duplicated}`,
    `needless backend sessions: ${seen.moreBackendSessions}`,
    `left at backends: ${seen.leftAtBackends}`,
    `sessions taken up by the last gateways: ${seen.restored}`,
    `slowest call: ${Math.round(seen.slowestMs)} ms`,
  ].join("; ");
}

process.exitCode = await main();
