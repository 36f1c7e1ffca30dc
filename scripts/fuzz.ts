/*
 * The long run of the fuzz tests: npm run fuzz [-- CASES]. The same tests run with fewer cases in `npm test`.
 */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const cases = process.argv[2] ?? "100000";
const vitest = join(
  dirname(createRequire(import.meta.url).resolve("vitest/package.json")),
  "vitest.mjs",
);
const args = [
  vitest,
  "run",
  "test/fuzz",
  "apps/gateway/src/config/load.fuzz.test.ts",
  "--testTimeout=3600000",
];
const env = { ...process.env, HEADGATE_FUZZ_CASES: cases };
process.exitCode = spawnSync(process.execPath, args, { stdio: "inherit", env }).status ?? 1;
