// The one way in on a fresh machine: `node scripts/bootstrap.mjs demo|test|build|fuzz|bench|bench:limits|bench:sessions|bench:operator|soak|prove:limits|prove:rollout|generate [-- args]`.
// Plain JavaScript without dependencies for Node.js 18 or newer; everything it fetches stays in .tools/ and node_modules/.
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { install, pnpmEnvironment } from "./bootstrap/install.mjs";
import { refusal } from "./bootstrap/platform.mjs";
import { handOver, shell } from "./bootstrap/run.mjs";
import { Stop, step } from "./bootstrap/step.mjs";
import { toolchain } from "./bootstrap/toolchain.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What each task needs built first, and the program it hands over to. */
const tasks = new Map([
  ["demo", { build: true, program: "demo/main.ts" }],
  ["test", { build: false, program: "scripts/check.ts" }],
  ["build", { build: true, program: undefined }],
  ["fuzz", { build: true, program: "scripts/fuzz.ts" }],
  ["bench", { build: true, program: "bench/main.ts" }],
  ["bench:limits", { build: false, program: "bench/limits.ts" }],
  ["bench:sessions", { build: true, program: "bench/sessions.ts" }],
  ["bench:operator", { build: true, program: "bench/operator.ts" }],
  ["soak", { build: true, program: "bench/soak.ts" }],
  ["prove:limits", { build: true, program: "test/fleet/prove-limits.ts" }],
  ["prove:rollout", { build: true, program: "test/fleet/prove-rollout.ts" }],
  ["generate", { build: false, program: "packages/api/generate.ts" }],
]);

async function main() {
  const [name = "", ...rest] = process.argv.slice(2);
  const task = tasks.get(name);
  if (task === undefined)
    throw new Stop(`Usage: node scripts/bootstrap.mjs ${[...tasks.keys()].join("|")} [-- args]`);
  const refused = refusal(process.platform);
  if (refused !== undefined) throw new Stop(refused);
  const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const pnpmVersion = String(manifest.packageManager)
    .replace(/^pnpm@/, "")
    .replace(/\+.*$/, "");
  const quiet = { TURBO_TELEMETRY_DISABLED: "1", TURBO_NO_UPDATE_NOTIFIER: "1", DO_NOT_TRACK: "1" };
  const env = await pnpmEnvironment(root, { ...process.env, ...quiet });
  const tools = await toolchain({ root, pnpmVersion, env });
  await install({ root, ...tools });
  if (task.build) await build(manifest.scripts["check:build"], tools.env);
  if (task.program === undefined) return 0;
  const args = [
    "--conditions=@headgate/source",
    join(root, task.program),
    ...rest.filter((arg, at) => at > 0 || arg !== "--"),
  ];
  return handOver(tools.node, args, { cwd: root, env: tools.env });
}

/**
 * @param {string} command
 * @param {NodeJS.ProcessEnv} env
 */
async function build(command, env) {
  await step("building", async () => {
    const result = await shell(command, { root, env });
    if (!result.ok) throw new Stop(`The build failed:\n${result.output}`);
  });
}

process.exitCode = await main().catch((error) => {
  process.stderr.write(
    `headgate: ${error instanceof Stop ? error.message : (error?.stack ?? error)}\n`,
  );
  return 1;
});
