import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { importsOf, readGraph } from "./graph.ts";
import { circleProblems, layerProblems } from "./problems.ts";

async function tree(files: Record<string, string>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "headgate-imports-"));
  onTestFinished(() => rm(root, { recursive: true }));
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), text);
  }
  return root;
}

test.each([
  ['import { a } from "./a.ts";', ["./a.ts"]],
  ['import type { A } from "./a.ts";', ["./a.ts"]],
  ['import {\n  a,\n  type B,\n} from "./a.ts";', ["./a.ts"]],
  ['import "./a.ts";', ["./a.ts"]],
  ['export { a } from "./a.ts";', ["./a.ts"]],
  ['export * as a from "./a.ts";', ["./a.ts"]],
  ['const a = await import("./a.ts");', ["./a.ts"]],
  ['export const from = "./a.ts";', []],
  ['export function f() {\n  return "./a.ts";\n}', []],
  ['// import { a } from "./a.ts";', []],
  ['/*\nimport { a } from "./a.ts";\n*/', []],
])("finds the imports of %j", (source, expected) => {
  expect(importsOf(source)).toEqual(expected);
});

test("a circle between files is found, through types too, and tests are left out", async () => {
  const root = await tree({
    "p/src/a.ts": 'import { b } from "./b.ts";',
    "p/src/b.ts": 'import type { C } from "./c.ts";',
    "p/src/c.ts": 'import { a } from "./a.ts";',
    "p/src/d.ts": "export {};",
    "p/src/d.test.ts": 'import { d } from "./d.ts";',
  });
  expect(circleProblems(await readGraph(root, "p"), "p/src/")).toContain(
    "circle of imports between files: p/src/a.ts, p/src/b.ts, p/src/c.ts",
  );
});

test("a circle between folders is found although no two files import each other", async () => {
  const root = await tree({
    "p/src/x/one.ts": 'import { two } from "../y/two.ts";',
    "p/src/x/three.ts": "export {};",
    "p/src/y/two.ts": "export {};",
    "p/src/y/four.ts": 'import { three } from "../x/three.ts";',
  });
  expect(circleProblems(await readGraph(root, "p"), "p/src/")).toEqual([
    "circle of imports between folders: p/src/x, p/src/y",
  ]);
});

test("an import upward, and a folder that has no layer, are found", async () => {
  const root = await tree({
    "p/src/low/a.ts": 'import { b } from "../high/b.ts";',
    "p/src/high/b.ts": "export {};",
    "p/src/main.ts": 'import { b } from "./high/b.ts";',
    "p/src/new/c.ts": "export {};",
  });
  const layers = [["low"], ["high"], ["main.ts"]];
  expect(layerProblems(await readGraph(root, "p"), "p/src/", layers)).toEqual(
    expect.arrayContaining([
      "p/src/low/a.ts imports p/src/high/b.ts, which is not below it (scripts/imports/layers.ts)",
      "p/src/new has no place in scripts/imports/layers.ts",
    ]),
  );
});
