/*
 * P1 as a proof: 20 callers in each of 3 processes race over one Redis, and no window admits more than C + floor(r·W).
 * node --conditions=@headgate/source bench/limits/race.ts [--seconds 30]
 */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startRedis } from "@headgate/redis-server-for-tests";
import { installRedis } from "@headgate/redis-server-for-tests/install";
import { CALLERS, RACES, type Race, type Raced, type RacerTask } from "./race-limits.ts";

const PROCESSES = 3;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { seconds: { type: "string", default: "30" } } });
  const seconds = Number(values.seconds);
  await installRedis();
  const server = await startRedis();
  try {
    const task: RacerTask = { url: server.url, seconds };
    const raced = await Promise.all(Array.from({ length: PROCESSES }, () => race(task)));
    console.log(`${PROCESSES} processes × ${CALLERS} callers × ${seconds} s`);
    const held = RACES.map((limit, index) =>
      holds(
        limit,
        raced.map((one) => one[index]),
      ),
    );
    return held.every(Boolean) ? 0 : 1;
  } finally {
    await server.stop();
  }
}

function race(task: RacerTask): Promise<readonly Raced[]> {
  const racer = fork(fileURLToPath(new URL("race-process.ts", import.meta.url)), {
    execArgv: ["--conditions=@headgate/source"],
    serialization: "advanced",
  });
  return new Promise((resolve, reject) => {
    racer.once("message", (raced) => {
      racer.disconnect();
      resolve(raced as readonly Raced[]);
    });
    racer.once("exit", (code) => reject(new Error(`a racer ended with ${code} before it told`)));
    racer.send(task);
  });
}

/** Most units in any window beyond what refilled in it: the largest (j − i + 1) − r·(tj − ti) over all i ≤ j. */
function holds({ name, bucket }: Race, raced: readonly (Raced | undefined)[]): boolean {
  const admitted = raced.flatMap((one) => one?.admittedMicros ?? []).toSorted((a, b) => a - b);
  const calls = raced.reduce((sum, one) => sum + (one?.calls ?? 0), 0);
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (const [index, atMicros] of admitted.entries()) {
    least = Math.min(least, index * bucket.emissionMicros - atMicros);
    most = Math.max(
      most,
      ((index + 1) * bucket.emissionMicros - atMicros - least) / bucket.emissionMicros,
    );
  }
  const verdict = most <= bucket.capacity ? "holds" : "EXCEEDED";
  console.log(
    `${name}: ${calls} calls, ${admitted.length} admitted; most in a window beyond its refill ${most.toFixed(4)} of ${bucket.capacity}: ${verdict}`,
  );
  return most <= bucket.capacity;
}

process.exitCode = await main();
