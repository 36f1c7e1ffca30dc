import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { licencesOf } from "./licences.ts";

async function appWith(packages: Readonly<Record<string, Record<string, string>>>) {
  const folder = await mkdtemp(join(tmpdir(), "headgate-licences-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, files] of Object.entries(packages)) {
    const at = join(folder, "node_modules", name);
    await mkdir(at, { recursive: true });
    for (const [file, text] of Object.entries(files)) await writeFile(join(at, file), text);
  }
  return folder;
}

test("every package that a bundle has files of is named once, with its licence", async () => {
  const folder = await appWith({
    zebra: {
      "package.json": '{ "name": "zebra", "version": "2.0.0", "license": "MIT" }',
      LICENSE: "Do as you like.\n",
    },
    "@scope/ant": {
      "package.json": '{ "name": "@scope/ant", "version": "1.0.0", "license": "ISC" }',
    },
  });
  const sources = [
    "src/main.ts",
    "node_modules/zebra/index.js",
    "node_modules/zebra/lib/stripes.js",
    "node_modules/@scope/ant/index.js",
  ];
  expect(await licencesOf(folder, sources)).toEqual([
    "--- @scope/ant 1.0.0 (ISC)\n\n",
    "--- zebra 2.0.0 (MIT)\n\nDo as you like.",
  ]);
});
