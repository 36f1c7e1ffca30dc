import { spawn } from "node:child_process";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";

const Check = z.looseObject({
  id: z.string(),
  status: z.enum(["SUCCESS", "FAILURE", "WARNING", "INFO", "SKIPPED"]),
  errorMessage: z.string().optional(),
});
type Check = z.infer<typeof Check>;

/** What one run of the suite found, each scenario with its own checks. */
export type ConformanceRun = {
  rc: number;
  passed: number;
  failed: number;
  warnings: number;
  infos: number;
  checks: Record<string, Check[]>;
  output: string;
};

const require = createRequire(import.meta.url);
const MANIFEST = "@modelcontextprotocol/conformance/package.json";
const Manifest = z.object({ bin: z.object({ conformance: z.string() }) });
// The suite names a folder `server-<scenario>-<time>`.
const SCENARIO_FOLDER = /^server-(.+)-\d{4}-\d{2}-\d{2}T[^/]*$/;

function program(): string {
  const { bin } = Manifest.parse(require(MANIFEST));
  return join(dirname(require.resolve(MANIFEST)), bin.conformance);
}

function execute(args: string[]): Promise<{ rc: number; output: string }> {
  const child = spawn(process.execPath, [program(), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const collect = (chunk: Buffer) => void (output += chunk.toString());
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ rc: code ?? -1, output }));
  });
}

async function checksIn(folder: string, scenario: string): Promise<Check[]> {
  try {
    return z.array(Check).parse(JSON.parse(await readFile(join(folder, "checks.json"), "utf8")));
  } catch (error) {
    // A scenario that ran into its time-out leaves a folder without checks.
    return [{ id: scenario, status: "FAILURE", errorMessage: String(error) }];
  }
}

async function readChecks(folder: string): Promise<Record<string, Check[]>> {
  const names = await readdir(folder);
  const found = names.toSorted().map(async (name): Promise<[string, Check[]]> => {
    const scenario = SCENARIO_FOLDER.exec(name)?.[1];
    if (scenario === undefined) throw new Error(`The suite wrote an unknown folder: ${name}`);
    return [scenario, await checksIn(join(folder, name), scenario)];
  });
  return Object.fromEntries(await Promise.all(found));
}

/** Runs the pinned suite against a server, e.g. with `["--requirements", "2025-11-25"]`; rejects only when it cannot be started. */
export async function runConformance(url: string, flags: string[]): Promise<ConformanceRun> {
  const folder = await mkdtemp(join(tmpdir(), "headgate-conformance-"));
  try {
    const { rc, output } = await execute(["server", "--url", url, ...flags, "-o", folder]);
    const checks = await readChecks(folder);
    const count = (status: Check["status"]) =>
      Object.values(checks)
        .flat()
        .filter((check) => check.status === status).length;
    return {
      rc,
      passed: count("SUCCESS"),
      failed: count("FAILURE"),
      warnings: count("WARNING"),
      infos: count("INFO"),
      checks,
      output,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
