import { expect, test } from "vitest";
import * as z from "zod";
import { editorSchema } from "./editor-schema.ts";
import { type FieldRow, fieldRows } from "./field-table.ts";
import { freeValue } from "./free-form.ts";
import { listMap } from "./list-map.ts";
import { markdownTable } from "./markdown-table.ts";
import { requiredWithDefault } from "./required-default.ts";
import { withRules } from "./rule.ts";
import { structuralSchema } from "./structural.ts";

const Pair = z.strictObject({ x: z.int().min(1).max(9).describe("X."), y: z.int().describe("Y.") });
const Document = z.strictObject({
  name: z.string().min(1).describe("Name."),
  mode: z.enum(["a", "b"]).default("a").describe("Mode."),
  pattern: z.string().regex(/^a|b$/).optional().describe("Pattern."),
  first: withRules(Pair, [{ cel: "true", message: "always", holds: () => true }])
    .optional()
    .describe("First."),
  pairs: listMap(Pair, ["x"]).optional().describe("Pairs."),
  more: z.record(z.string(), Pair).optional().describe("More."),
  free: freeValue().optional().describe("Anything."),
});
const rows = fieldRows(structuralSchema(Document));
const row = (path: string): FieldRow | undefined =>
  rows.find((candidate) => candidate.path === path);

test("there is one row per field, in the order of the schema", () => {
  expect(rows.map(({ path }) => path)).toEqual([
    "name",
    "mode",
    "pattern",
    "first",
    "first.x",
    "first.y",
    "pairs",
    "pairs[].x",
    "pairs[].y",
    "more",
    "free",
  ]);
});

test("a row says all that the schema says", () => {
  expect(row("name")).toMatchObject({
    type: "string",
    required: true,
    bounds: ["at least 1 characters"],
  });
  expect(row("mode")).toMatchObject({
    default: '"a"',
    required: false,
    bounds: ['one of `"a"`, `"b"`'],
  });
  expect(row("first")).toMatchObject({ type: "object", rules: ["always"] });
  expect(row("first.x")).toMatchObject({ type: "integer", bounds: ["1 to 9"] });
  expect(row("first.y")).toMatchObject({ bounds: [] });
  expect(row("pairs")).toMatchObject({ type: "list of object", bounds: ["one entry per `x`"] });
  expect(row("free")).toMatchObject({ type: "any JSON" });
});

test("an object that occurs again refers to its first place", () => {
  expect(row("more")?.description).toBe("More. Same fields as `pairs[]`.");
});

test("a pattern goes by its name where it has one", () => {
  const named = fieldRows(structuralSchema(Document), { "^a|b$": "a letter" });
  expect(named.find(({ path }) => path === "pattern")?.bounds).toEqual(["a letter"]);
});

test("a field without description fails the generator", () => {
  const schema = structuralSchema(
    z.strictObject({ a: z.strictObject({ b: z.string() }).describe("A.") }),
  );
  expect(() => fieldRows(schema)).toThrow(
    expect.objectContaining({ code: "undocumented", at: "a.b" }),
  );
});

test("rows become a table in which no cell breaks out", () => {
  const table = markdownTable(rows.filter(({ path }) => path === "pattern" || path === "mode"));
  expect(table).toBe(
    [
      "| Field | Type | Required | Default | Bounds and rules | Description |",
      "| --- | --- | --- | --- | --- | --- |",
      '| `mode` | string |  | `"a"` | one of `"a"`, `"b"` | Mode. |',
      String.raw`| ${"`pattern`"} | string |  |  | matches ${"`^a\\|b$`"} | Pattern. |`,
      "",
    ].join("\n"),
  );
});

test("the schema for editors refuses unknown keys and speaks no Kubernetes", () => {
  const schema = editorSchema(Document, "A document");
  expect(schema).toMatchObject({
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "A document",
    additionalProperties: false,
    required: ["name"],
  });
  expect(JSON.stringify(schema)).not.toContain("x-kubernetes");
});

test("a field that is filled in is not one that a person must write", () => {
  const schema = structuralSchema(
    z.strictObject({ type: requiredWithDefault(z.enum(["a", "b"]), "a").describe("Type.") }),
  );
  expect(fieldRows(schema)).toMatchObject([{ path: "type", required: false, default: '"a"' }]);
});
