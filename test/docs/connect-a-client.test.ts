import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { configOf } from "../gateway/config.ts";
import { npmServer } from "../gateway/npm-server.ts";
import { type StartedGateway, startGateway } from "../gateway/start.ts";
import { pages, ROOT } from "./markdown.ts";

const run = promisify(execFile);
const ADDRESS = "http://127.0.0.1:4483/mcp";

const page = (await pages()).find(({ path }) => path === "docs/guides/connect-a-client.md");
const blocks = (page?.blocks ?? []).map((block) => ({ ...block, title: `line ${block.line}` }));
const inLanguage = (language: string) => blocks.filter((block) => block.language === language);

let gateway: StartedGateway;

beforeAll(async () => {
  const everything = npmServer("@modelcontextprotocol/server-everything");
  gateway = await startGateway({
    config: configOf([{ name: "everything", transport: "stdio", ...everything }]),
  });
});

afterAll(async () => gateway.stop());

/** Runs a program where the workspace's packages of clients are found, against the gateway of this test. */
async function output(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(program, args, { cwd: join(ROOT, "test"), timeout: 30_000 });
  return stdout;
}

describe("the guide for clients", () => {
  const scripts = inLanguage("ts");
  const settings = inLanguage("json");
  const curls = inLanguage("sh").filter(({ text }) => text.includes("curl -s"));
  const inspections = inLanguage("sh").filter(({ text }) => text.includes("inspector --cli"));

  test("has an example of each kind", () => {
    const counts = [scripts, settings, curls, inspections].map(({ length }) => length);
    expect(counts).toEqual([2, 4, 1, 1]);
  });

  test.each(scripts)("the script at $title gets its answer", async ({ text }) => {
    const script = text.replaceAll(ADDRESS, gateway.url);
    const flags = ["--input-type=module-typescript", "--eval"];
    expect(await output(process.execPath, ...flags, script)).toContain("Echo: hello");
  });

  test.each(settings)("the settings at $title are JSON and name the address", ({ text }) => {
    expect(JSON.stringify(JSON.parse(text))).toContain(ADDRESS);
  });

  test.each(curls)("the commands at $title get their answer", async ({ text }) => {
    const script = text.replaceAll(ADDRESS, gateway.url);
    expect(await output("sh", "-euc", script)).toContain("Echo: hello");
  });

  test.each(inspections)("the Inspector at $title gets its answer", async ({ text }) => {
    const inspector = join(ROOT, "test/node_modules/.bin/inspector");
    const script = text
      .replaceAll(ADDRESS, gateway.url)
      .replaceAll("npx @modelcontextprotocol/inspector", `"${inspector}"`);
    expect(await output("sh", "-euc", script)).toContain("Echo: hello");
  });
});
