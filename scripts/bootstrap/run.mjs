// Child processes: captured for steps that report on one line, inherited for the task itself.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { delimiter, join } from "node:path";

/**
 * Runs a program without a terminal and keeps what it printed.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ ok: boolean, output: string }>}
 */
export function capture(program, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const keep = (/** @type {string} */ text) => {
      output += text;
    };
    child.stdout.setEncoding("utf8").on("data", keep);
    child.stderr.setEncoding("utf8").on("data", keep);
    child.once("error", reject);
    child.once("close", (code) => resolve({ ok: code === 0, output: output.trim() }));
  });
}

/**
 * Runs a command of package.json as a package manager would, and keeps what it printed.
 * @param {string} command
 * @param {{ root: string, env: NodeJS.ProcessEnv }} options
 */
export function shell(command, { root, env }) {
  const path = [join(root, "node_modules", ".bin"), env["PATH"] ?? ""].join(delimiter);
  const colour = process.stdout.isTTY ? {} : { NO_COLOR: "1" };
  return capture("sh", ["-c", command], { cwd: root, env: { ...env, ...colour, PATH: path } });
}

/**
 * Hands the terminal to a program and answers its exit code; signals reach it before they reach us.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<number>}
 */
export function handOver(program, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: "inherit" });
    // A terminal sends Ctrl-C to the whole group, so only what is sent to this process alone is passed on.
    const onTerminate = () => child.kill("SIGTERM");
    process.on("SIGINT", ignore).on("SIGTERM", onTerminate);
    child.once("error", reject);
    child.once("close", (code, signal) => {
      process.off("SIGINT", ignore).off("SIGTERM", onTerminate);
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

function ignore() {}
