import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pack, publishables, root, type Publishable } from "./publishable.ts";
import { mustRun, run } from "./run.ts";

/** What each program in `programs/` prints. */
const printed: Readonly<Record<string, string>> = {
  "kube-schema": "low must not exceed high object",
  "ratelimit-types": "600 0 false",
  api: "600 30s",
  "token-bucket": "true false true function",
  controller: "widgets n/w 1970-01-01T00:00:00Z",
  redis: "7000 closed no",
  "session-store": "ab ended function function",
};

const members = await publishables();
const libraries = members.filter(({ kind }) => kind === "library");
const programs = members.filter(({ kind }) => kind === "program");
const archives = new Map<string, string>();
let project = "";

function archiveOf({ name }: Publishable): string {
  const archive = archives.get(name);
  if (archive === undefined) throw new Error(`${name} was not packed`);
  return archive;
}

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "headgate-packages-"));
  const packed = join(project, "packed");
  await mkdir(packed);
  for (const member of members) archives.set(member.name, await pack(member, packed));
  await writeFile(join(project, "package.json"), '{ "private": true, "type": "module" }\n');
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
  await mustRun("npm", ["install", ...quiet, ...archives.values(), "zod"], project);
  await cp(join(import.meta.dirname, "programs"), join(project, "programs"), { recursive: true });
  await writeFile(join(project, "tsconfig.json"), JSON.stringify(strictConsumer));
});

afterAll(() => rm(project, { recursive: true, force: true }));

/** As strict as a consumer can be: declarations are checked too, and nothing of Node's types is there. */
const strictConsumer = {
  compilerOptions: {
    module: "nodenext",
    moduleResolution: "nodenext",
    target: "es2023",
    lib: ["es2023", "dom"],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    rootDir: "programs",
    outDir: "built",
  },
  include: ["programs"],
};

test("every library has a program here that uses it", () => {
  expect(libraries.map(({ short }) => short).toSorted()).toEqual(Object.keys(printed).toSorted());
});

describe.each(members)("$name", (member) => {
  test("is packed with its licence, README and changelog, and without tests or build leftovers", async () => {
    const files = (await mustRun("tar", ["-tzf", archiveOf(member)], project)).trim().split("\n");
    for (const file of ["LICENSE", "README.md", "CHANGELOG.md", "package.json"]) {
      expect(files).toContain(`package/${file}`);
    }
    expect(
      files.filter((file) => /\.test\.|\.types\/|tsbuildinfo|\/testdata\//.test(file)),
    ).toEqual([]);
  });

  test("is clean by publint", async () => {
    const tarball = await readFile(archiveOf(member));
    const { messages, pkg } = await publint({
      pack: { tarball: new Uint8Array(tarball).buffer },
      strict: true,
    });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });
});

describe.each(libraries)("$name", (library) => {
  test("is clean by attw for ES modules", async () => {
    const attw = join(root, "test/node_modules/.bin/attw");
    const args = [archiveOf(library), "--profile", "esm-only", "--no-color", "--no-emoji"];
    expect(await run(attw, args, project)).toMatchObject({ code: 0 });
  });
});

describe("in an empty project with plain npm", () => {
  test("all libraries type-check, declarations included, and run", async () => {
    const tsc = join(root, "node_modules/.bin/tsc");
    expect(await run(tsc, ["-p", project], project)).toEqual({ code: 0, output: "" });
    for (const { short } of libraries) {
      const output = await mustRun(process.execPath, [`built/${short}.js`], project);
      expect({ [short]: output.trim() }).toEqual({ [short]: printed[short] });
    }
  });

  test.each(programs)("$name runs through npx and names its version", async ({ version }) => {
    const output = await mustRun("npx", ["--no-install", "headgate", "version"], project);
    expect(output).toContain(version);
  });
});
