import { spawn } from "node:child_process";

/** What a program came to. */
export interface Finished {
  readonly code: number | null;
  /** Everything it printed, in order, to either stream. */
  readonly output: string;
}

/** Runs a program to its end in a folder, without input; by default with nothing of the workspace in its environment. */
export function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = outsideOfWorkspace(),
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const keep = (text: string) => {
      output += text;
    };
    child.stdout.setEncoding("utf8").on("data", keep);
    child.stderr.setEncoding("utf8").on("data", keep);
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
  });
}

/** The same, for a program that must succeed; answers its output. */
export async function mustRun(
  program: string,
  args: readonly string[],
  cwd: string,
  env?: NodeJS.ProcessEnv,
): Promise<string> {
  const { code, output } = await run(program, args, cwd, env);
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${code}:\n${output}`);
  return output;
}

// A package manager tells its children what it was called with, and NODE_OPTIONS may name our conditions.
function outsideOfWorkspace(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(npm_(package|lifecycle|command|config_local)|pnpm_|VITEST|NODE_OPTIONS|NODE_ENV|INIT_CWD)/.test(
        name,
      ),
  );
  return Object.fromEntries(kept);
}
