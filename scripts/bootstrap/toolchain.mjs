// Finds or fetches Node.js and pnpm; whatever is fetched stays in .tools/ of the checkout.
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readlink, rename, rm, symlink } from "node:fs/promises";
import { delimiter, join } from "node:path";
import {
  fetchFailure,
  fetchedNode,
  isNewEnough,
  neededNodeMajor,
  nodePackage,
} from "./platform.mjs";
import { capture } from "./run.mjs";
import { Stop, step } from "./step.mjs";

/**
 * Makes `.tools/bin/node` and `.tools/bin/pnpm` and answers the environment in which they come first.
 * @param {{ root: string, pnpmVersion: string, env: NodeJS.ProcessEnv }} checkout
 * @returns {Promise<{ node: string, pnpm: string, env: NodeJS.ProcessEnv }>}
 */
export async function toolchain({ root, pnpmVersion, env }) {
  const tools = join(root, ".tools");
  const bin = join(tools, "bin");
  await mkdir(bin, { recursive: true });
  const node = await point(join(bin, "node"), await findNode(tools, env));
  const pnpmFiles = await fetched(tools, "pnpm", pnpmVersion, env);
  const pnpm = await point(join(bin, "pnpm"), join(pnpmFiles, "bin", "pnpm.mjs"));
  return { node, pnpm, env: { ...env, PATH: `${bin}${delimiter}${env["PATH"] ?? ""}` } };
}

/**
 * @param {string} tools
 * @param {NodeJS.ProcessEnv} env
 */
async function findNode(tools, env) {
  if (isNewEnough(process.version)) return process.execPath;
  for (const folder of (env["PATH"] ?? "").split(delimiter)) {
    const candidate = join(folder, "node");
    if (!folder.startsWith(tools) && existsSync(candidate)) {
      const { ok, output } = await capture(candidate, ["--version"], { cwd: tools, env });
      if (ok && isNewEnough(output)) return candidate;
    }
  }
  const glibc = "glibcVersionRuntime" in Object(Object(process.report?.getReport())["header"]);
  const wanted = nodePackage({ platform: process.platform, arch: process.arch, glibc });
  if ("missing" in wanted) throw new Stop(wanted.missing);
  return join(await fetched(tools, wanted.name, fetchedNode, env), "bin", "node");
}

/**
 * Answers the folder of an npm package of one exact version, fetching it the first time.
 * @param {string} tools
 * @param {string} name
 * @param {string} version
 * @param {NodeJS.ProcessEnv} env
 */
async function fetched(tools, name, version, env) {
  const home = join(tools, `${name}-${version}`);
  const files = join(home, "node_modules", name);
  if (existsSync(files)) return files;
  const reason =
    name === "pnpm"
      ? ""
      : ` (Node.js ${neededNodeMajor} or newer is needed, this is ${process.version})`;
  await step(`fetching ${name} ${version}${reason}`, async () => {
    // Fetched beside its place and then moved, so that an interrupted fetch leaves nothing half done.
    const draft = await mkdtemp(join(tools, "fetching-"));
    const [npm, ...first] = npmCommand(env);
    const flags = ["--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund"];
    const retries = [
      "--fetch-retries=2",
      "--fetch-retry-mintimeout=1000",
      "--fetch-retry-maxtimeout=5000",
    ];
    const args = [...first, "install", "--prefix", draft, ...flags, ...retries, "--loglevel=error"];
    const result = await capture(npm, [...args, `${name}@${version}`], { cwd: draft, env }).catch(
      noNpm,
    );
    if (!result.ok) {
      await rm(draft, { recursive: true });
      throw new Stop(fetchFailure(`${name}@${version}`, result.output));
    }
    await rm(home, { recursive: true, force: true });
    await rename(draft, home);
  });
  return files;
}

/**
 * @param {unknown} cause
 * @returns {never}
 */
function noNpm(cause) {
  throw new Stop("npm was not found on the PATH: install it and run the command again.", { cause });
}

/**
 * The npm that started us, else the one on the PATH.
 * @param {NodeJS.ProcessEnv} env
 * @returns {[string, ...string[]]}
 */
export function npmCommand(env) {
  const started = env["npm_execpath"];
  return started?.endsWith("npm-cli.js") ? [process.execPath, started] : ["npm"];
}

/**
 * @param {string} link
 * @param {string} target
 */
async function point(link, target) {
  const current = await readlink(link).catch(() => undefined);
  if (current === target) return link;
  await rm(link, { force: true });
  await symlink(target, link);
  return link;
}
