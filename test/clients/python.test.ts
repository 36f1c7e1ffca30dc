import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { startTwoTransports } from "./two-transports.ts";

const SDK = "mcp==2.3.0";
const SCRIPT = fileURLToPath(new URL("python-client.py", import.meta.url));

const execute = promisify(execFile);

/** A Python with the SDK in `folder`; `undefined` on a machine that has no Python to make one with. */
async function pythonIn(folder: string): Promise<string | undefined> {
  try {
    await execute("python3", ["-c", "import ensurepip, venv"]);
  } catch (cause) {
    if (process.env["CI"] === undefined) return undefined;
    const problem = "This test needs python3 with the modules venv and ensurepip (python3-venv).";
    throw new Error(problem, { cause });
  }
  await execute("python3", ["-m", "venv", folder]);
  const python = join(folder, "bin", "python");
  await execute(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", SDK]);
  return python;
}

test(
  "the Python SDK's client can do everything through the gateway",
  { timeout: 180_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "headgate-python-"));
    try {
      const python = await pythonIn(folder);
      if (python === undefined) return;
      const stage = await startTwoTransports("prefix");
      try {
        const { stdout } = await execute(python, [SCRIPT, stage.gateway.url]);
        expect(JSON.parse(stdout)).toEqual({
          version: "2025-11-25",
          tools: expect.arrayContaining(["http_test_simple_text", "stdio_get-sum"]) as unknown,
          prompts: expect.arrayContaining([
            "http_test_simple_prompt",
            "stdio_args-prompt",
          ]) as unknown,
          http: "One block of plain text.",
          stdio: "The sum of 2 and 3 is 5.",
          sampled: "LLM response: said so",
          elicited: expect.stringContaining('"username":"ada"') as unknown,
          roots: expect.stringContaining("file:///srv/py") as unknown,
          prompt: expect.stringContaining("Oslo") as unknown,
          resource: expect.stringContaining("Text that stays.") as unknown,
          cancelled: true,
          after: "Echo: still here",
          log: expect.arrayContaining([
            "Tool execution started",
            "Tool execution completed",
          ]) as unknown,
          progress: [1, 2, 3, 4],
        });
      } finally {
        await stage.close();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);
