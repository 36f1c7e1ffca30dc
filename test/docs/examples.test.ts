import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Block, pages, ROOT } from "./markdown.ts";

const run = promisify(execFile);
const PROGRAM = join(ROOT, "apps/gateway/dist/main.js");
const READ = await pages();

let folder = "";
let path = "";

beforeAll(async () => {
  if (!existsSync(PROGRAM)) throw new Error("The gateway is not built: run `npm run build` first.");
  folder = await mkdtemp(join(tmpdir(), "headgate-docs-"));
  await symlink(PROGRAM, join(folder, "headgate"));
  path = [folder, dirname(process.execPath), process.env["PATH"]].join(delimiter);
});

afterAll(async () => {
  if (folder !== "") await rm(folder, { recursive: true, force: true });
});

/** Something for every variable that an example reads. */
function environmentOf(blocks: readonly Block[]): Record<string, string> {
  const text = blocks.map((block) => block.text).join("\n");
  const names = [...text.matchAll(/\$\{([A-Z][A-Z0-9_]*)\}|\w+Env: ([A-Z][A-Z0-9_]*)/g)];
  return Object.fromEntries(names.map(([, inText, inKey]) => [inText ?? inKey ?? "", "example"]));
}

const marked = READ.map(({ path: page, blocks }) => ({
  page,
  blocks,
  configs: blocks.filter(({ language, words }) => language === "yaml" && words[0] === "config"),
  commands: blocks.filter(({ language, words }) => language === "sh" && words[0] === "test"),
})).filter(({ configs, commands }) => configs.length + commands.length > 0);

test("the front page and the first guide have examples", () => {
  const withConfigs = marked.filter(({ configs }) => configs.length > 0);
  const paths = withConfigs.map(({ page }) => page);
  expect(paths).toEqual(expect.arrayContaining(["README.md", "docs/guides/first-gateway.md"]));
});

describe.each(marked)("$page", ({ blocks, configs, commands }) => {
  let cwd = "";
  const environment = environmentOf(blocks);
  const execute = async (file: string, args: string[]) =>
    run(file, args, { cwd, env: { ...process.env, ...environment, PATH: path } });

  beforeAll(async () => {
    cwd = await mkdtemp(join(folder, "page-"));
    for (const { words, text, line } of configs)
      await writeFile(join(cwd, words[1] ?? `line-${line}.yaml`), text);
  });

  test.each(configs)("the configuration at line $line is valid", async ({ words, line }) => {
    const file = words[1] ?? `line-${line}.yaml`;
    // A refusal rejects with what the program wrote, which then shows as the reason.
    await expect(execute("headgate", ["validate", "--config", file])).resolves.toBeDefined();
  });

  test.each(commands)("the commands at line $line succeed", async ({ text }) => {
    await expect(execute("sh", ["-euc", text])).resolves.toBeDefined();
  });
});

test.each(READ)("every relative link of $path leads to something", ({ links }) => {
  expect(links.filter((link) => !existsSync(join(ROOT, link)))).toEqual([]);
});

test("every decision is in the map of the documentation", () => {
  const map = READ.find(({ path: page }) => page === "docs/README.md");
  const decisions = READ.map(({ path: page }) => page).filter((page) =>
    page.startsWith("docs/adr/"),
  );
  expect(decisions.length).toBeGreaterThan(0);
  expect(map?.links).toEqual(expect.arrayContaining(decisions));
});
