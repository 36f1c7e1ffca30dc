// Finds or fetches Node.js and pnpm; whatever is fetched stays in .tools/ of the checkout.
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readlink, rename, rm, symlink } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fetchFailure, npm } from "./npm.mjs";
import { fetchedNode, isNewEnough, neededNodeMajor, nodePackage } from "./platform.mjs";
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
  const pnpmFiles = await fetched({ tools, name: "pnpm", version: pnpmVersion, env });
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
  const why = ` (Node.js ${neededNodeMajor} or newer is needed, this is ${process.version})`;
  const files = await fetched({ tools, name: wanted.name, version: fetchedNode, env, why });
  return join(files, "bin", "node");
}

/**
 * Answers the folder of an npm package of one exact version, fetching it the first time.
 * @param {{ tools: string, name: string, version: string, env: NodeJS.ProcessEnv, why?: string }} wanted
 */
async function fetched({ tools, name, version, env, why = "" }) {
  const home = join(tools, `${name}-${version}`);
  const files = join(home, "node_modules", name);
  if (existsSync(files)) return files;
  await step(`fetching ${name} ${version}${why}`, async () => {
    // Fetched beside its place and then moved, so that an interrupted fetch leaves nothing half done.
    const draft = await mkdtemp(join(tools, "fetching-"));
    const flags = ["--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund"];
    const args = ["install", "--prefix", draft, ...flags, `${name}@${version}`];
    const result = await npm(args, { cwd: draft, env });
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
