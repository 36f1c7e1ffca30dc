import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);

test("P1: three processes of twenty callers each never get more than a limit allows in any window", async () => {
  const race = fileURLToPath(new URL("race.ts", import.meta.url));
  const options = ["--conditions=@headgate/source", race, "--seconds", "3"];
  // Ends with another code than 0 when a window had more.
  const { stdout } = await run(process.execPath, options);
  const excess = [...stdout.matchAll(/beyond its refill ([\d.]+) of 50: holds/g)].map(([, most]) =>
    Number(most),
  );
  expect(excess).toHaveLength(2);
  expect(excess[0]).toBeCloseTo(50, 2);
}, 60_000);
