import { execFile } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { npmServer } from "../gateway/npm-server.ts";
import { startTwoTransports } from "./two-transports.ts";
import type { TwoTransports } from "./two-transports.ts";

// What the program exits with when a tool is not there or says that it failed.
const TOOL_FAILED = 5;

function inspector(url: string, ...args: string[]): Promise<{ code: number; output: unknown }> {
  const program = npmServer("@modelcontextprotocol/inspector");
  const all = [...program.args, "--cli", url, "--transport", "http", "--format", "json", ...args];
  return new Promise((resolve) => {
    execFile(program.command, all, (error, stdout, stderr) => {
      const text = stdout || stderr;
      resolve({
        code: typeof error?.code === "number" ? error.code : error ? -1 : 0,
        output: text.trim().startsWith("{") ? (JSON.parse(text) as unknown) : text,
      });
    });
  });
}

describe("the Inspector's CLI", () => {
  let stage: TwoTransports;
  const run = (...args: string[]) => inspector(stage.gateway.url, "--method", ...args);

  beforeAll(async () => {
    stage = await startTwoTransports("prefix");
  });

  afterAll(() => stage.close());

  test("initializes", async () => {
    expect(await run("initialize")).toMatchObject({
      code: 0,
      output: {
        result: { protocolVersion: "2025-11-25", serverInfo: { name: "test-gateway" } },
      },
    });
  });

  test("lists the tools of all backends", async () => {
    const { code, output } = await run("tools/list");
    expect(code).toBe(0);
    const { tools } = (output as { result: { tools: { name: string }[] } }).result;
    expect(tools.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        stage.named("http", "test_simple_text"),
        stage.named("stdio", "get-sum"),
      ]),
    );
  });

  test("calls tools of both transports", async () => {
    const simple = stage.named("http", "test_simple_text");
    expect(await run("tools/call", "--tool-name", simple)).toMatchObject({
      code: 0,
      output: { result: { content: [{ text: "One block of plain text." }] } },
    });
    const sum = ["--tool-name", stage.named("stdio", "get-sum"), "--tool-arg", "a=2", "b=3"];
    expect(await run("tools/call", ...sum)).toMatchObject({
      code: 0,
      output: { result: { content: [{ text: "The sum of 2 and 3 is 5." }] } },
    });
  });

  test("exits otherwise for a tool that fails or is not there", async () => {
    const failing = stage.named("http", "test_error_handling");
    expect((await run("tools/call", "--tool-name", failing)).code).toBe(TOOL_FAILED);
    expect((await run("tools/call", "--tool-name", "nope")).code).toBe(TOOL_FAILED);
  });

  test("reads resources", async () => {
    expect(await run("resources/read", "--uri", "demo://resource/dynamic/text/2")).toMatchObject({
      code: 0,
      output: { result: { contents: [{ uri: "demo://resource/dynamic/text/2" }] } },
    });
  });

  test("gets prompts", async () => {
    const prompt = [
      "--prompt-name",
      stage.named("stdio", "args-prompt"),
      "--prompt-args",
      "city=Oslo",
    ];
    const { code, output } = await run("prompts/get", ...prompt);
    expect(code).toBe(0);
    expect(JSON.stringify(output)).toContain("Oslo");
  });
});
