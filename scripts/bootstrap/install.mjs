// Dependencies: from the frozen lockfile, and only when something they depend on has changed.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fetchFailure, offline, registryAnswers } from "./npm.mjs";
import { capture } from "./run.mjs";
import { Stop, step } from "./step.mjs";

/**
 * Installs the workspace's dependencies unless the last install was for the same files.
 * @param {{ root: string, node: string, pnpm: string, env: NodeJS.ProcessEnv }} checkout
 */
export async function install({ root, node, pnpm, env }) {
  const stampFile = join(root, "node_modules", ".headgate-install");
  const stamp = await stampOf(root);
  if ((await readFile(stampFile, "utf8").catch(() => "")) === stamp) return;
  await step("installing dependencies", async () => {
    const args = [pnpm, "install", "--frozen-lockfile", "--config.confirmModulesPurge=false"];
    // pnpm tries each of hundreds of packages for a while; a store that has them all needs no network.
    const online = await registryAnswers({ tools: join(root, ".tools"), env });
    if (!online) args.push("--offline");
    const result = await capture(node, args, { cwd: root, env: { ...env, ...unattended } });
    if (!result.ok)
      throw new Stop(online ? installFailure(result.output) : offline("the dependencies"));
    await writeFile(stampFile, stamp);
  });
}

/** Nobody is there to answer a question, and a registry that was just there is worth a short wait only. */
const unattended = {
  CI: "true",
  pnpm_config_fetch_retry_mintimeout: "1000",
  pnpm_config_fetch_retry_maxtimeout: "10000",
};

/** @param {string} output */
export function installFailure(output) {
  if (output.includes("ERR_PNPM_OUTDATED_LOCKFILE")) {
    return "pnpm-lock.yaml does not match the package.json files: run `.tools/bin/pnpm install` and commit the lockfile.";
  }
  return fetchFailure("the dependencies", output);
}

/**
 * A digest of every file that decides what gets installed, and of the machine it is installed for.
 * @param {string} root
 */
export async function stampOf(root) {
  const workspace = await readFile(join(root, "pnpm-workspace.yaml"), "utf8");
  const digest = createHash("sha256")
    .update(`${process.platform} ${process.arch}\n`)
    .update(workspace);
  for (const file of ["pnpm-lock.yaml", "package.json", ...(await members(root, workspace))]) {
    digest.update(`\n${file}\n`).update(await readFile(join(root, file), "utf8"));
  }
  return digest.digest("hex");
}

/**
 * The package.json of every member that the `packages:` list of pnpm-workspace.yaml names.
 * @param {string} root
 * @param {string} workspace
 */
async function members(root, workspace) {
  const list = /^packages:\n((?: +- .*\n)+)/m.exec(workspace)?.[1] ?? "";
  const files = [];
  for (const [, entry = ""] of list.matchAll(/- *"?([^"\n]+)"?/g)) {
    const parent = entry.replace(/\/\*$/, "");
    const folders =
      parent === entry
        ? [entry]
        : (await readdir(join(root, parent))).map((name) => `${parent}/${name}`);
    files.push(...folders.map((folder) => `${folder}/package.json`));
  }
  // oxlint-disable-next-line unicorn/no-array-sort -- toSorted() is missing from Node.js 18, which must run this
  return files.filter((file) => existsSync(join(root, file))).sort();
}

/**
 * Keeps pnpm's store and caches in the checkout, unless an earlier install or the environment chose a store.
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<NodeJS.ProcessEnv>}
 */
export async function pnpmEnvironment(root, env) {
  const home = join(root, ".tools", "pnpm-home");
  const modules = join(root, "node_modules", ".modules.yaml");
  const installed = await readFile(modules, "utf8").catch(() => "");
  const usedStore = /"storeDir": "(.+)\/v\d+"/.exec(installed)?.[1];
  return {
    ...env,
    pnpm_config_store_dir: env["pnpm_config_store_dir"] ?? usedStore ?? join(home, "store"),
    pnpm_config_cache_dir: join(home, "cache"),
    pnpm_config_state_dir: join(home, "state"),
    pnpm_config_update_notifier: "false",
    // pnpm reads npm's files but not npm's environment.
    pnpm_config_registry: env["pnpm_config_registry"] ?? env["npm_config_registry"],
  };
}
