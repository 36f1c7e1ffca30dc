import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { GatewayConfig } from "@headgate/api";
import { fieldRows, structuralSchema } from "@headgate/kube-schema";
import { expect, test } from "vitest";
import { configOf } from "../gateway/config.ts";
import { startGateway } from "../gateway/start.ts";
import { ROOT } from "./markdown.ts";

const TEXT = await readFile(join(ROOT, "docs/scalability.md"), "utf8");
const FIELDS = new Map(fieldRows(structuralSchema(GatewayConfig)).map((row) => [row.path, row]));
const CODE = /`([^`]+)`/g;

function codesOf(text: string): string[] {
  return [...text.matchAll(CODE)].map(([, code = ""]) => code);
}

/** The rows of the table with this heading in its first column, without the heading. */
function rowsUnder(heading: string): string[][] {
  const lines = TEXT.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} `));
  const rest = lines.slice(start + 2);
  const end = rest.findIndex((line) => !line.startsWith("|"));
  return rest.slice(0, end).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const SETTINGS = rowsUnder("There").flatMap(([, setting = "", value = ""]) =>
  codesOf(setting)
    .filter((code) => code.includes("."))
    .map((path) => ({ path, value })),
);

test("the table of limits names settings of several blocks", () => {
  expect(new Set(SETTINGS.map(({ path }) => path.split(".")[0]))).toEqual(
    new Set(["operational", "sessionStorage"]),
  );
});

test.each(SETTINGS)("$path is a field of the configuration", ({ path }) => {
  expect(FIELDS.get(path)?.path).toBe(path);
});

// A field without a default of its own says in words where its value comes from.
const WITH_DEFAULT = SETTINGS.flatMap(({ path, value }) => {
  const field = FIELDS.get(path);
  return field?.default === undefined ? [] : [{ path, value, inSchema: field.default }];
});

test.each(WITH_DEFAULT)("the default of $path is as told", ({ value, inSchema }) => {
  expect(codesOf(value)).toContain(inSchema);
});

test("every setting of sessions and of their cache is told", () => {
  const blocks = /^(?:operational\.sessions|sessionStorage\.cache)\./;
  const all = [...FIELDS.keys()].filter((path) => blocks.test(path));
  const told = new Set(codesOf(TEXT));
  expect(all.length).toBeGreaterThan(4);
  expect(all.filter((path) => !told.has(path))).toEqual([]);
});

test("every command that gives figures is one of the project's", async () => {
  const { scripts } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const named = codesOf(TEXT).flatMap((code) => /^npm run (\S+)/.exec(code)?.[1] ?? []);
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
});

test("every family of figures that is named is one that the bench knows", async () => {
  const program = await readFile(join(ROOT, "bench/sessions.ts"), "utf8");
  const named = codesOf(TEXT).flatMap((code) => /--only (\S+)$/.exec(code)?.[1]?.split(",") ?? []);
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((name) => !program.includes(`\n  ${name}: measure`))).toEqual([]);
});

test("every metric that is named is one that a gateway shows", async () => {
  const gateway = await startGateway({ config: configOf([]) });
  try {
    const shown = await (await fetch(`${gateway.origin}/metrics`)).text();
    const named = codesOf(TEXT).filter((code) =>
      /^(?:headgate|nodejs|process)_[a-z0-9_]+$/.test(code),
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !shown.includes(`# TYPE ${name} `))).toEqual([]);
  } finally {
    await gateway.stop();
  }
});
