import { expect, test } from "vitest";
import * as z from "zod";
import { boundedText } from "./bounded-text.ts";
import { freeObject, freeValue, openObject } from "./free-form.ts";
import { atomicList, atomicObject, listMap, setList } from "./list-map.ts";
import { requiredWithDefault } from "./required-default.ts";
import { withRules } from "./rule.ts";
import { structuralSchema } from "./structural.ts";

test("a strict object becomes a structural one without additionalProperties", () => {
  const schema = z.strictObject({
    name: z
      .string()
      .min(1)
      .regex(/^https?:\/\//)
      .describe("Who."),
    size: z.int32().min(1).meta({ format: "int32" }).default(3),
    kind: z.enum(["a", "b"]).optional(),
    labels: z.record(z.string(), z.string()).optional(),
  });
  expect(structuralSchema(schema)).toEqual({
    type: "object",
    required: ["name"],
    properties: {
      name: { type: "string", minLength: 1, pattern: "^https?://", description: "Who." },
      size: { type: "integer", format: "int32", minimum: 1, default: 3 },
      kind: { type: "string", enum: ["a", "b"] },
      labels: { type: "object", additionalProperties: { type: "string" } },
    },
  });
});

test("rules, list types and bounded texts reach the schema", () => {
  const entry = z.strictObject({ name: boundedText(5) });
  const schema = withRules(
    z.strictObject({ one: listMap(entry, ["name"]), two: atomicList(entry) }),
    [{ cel: "size(self.one) > 0", message: "one is needed", holds: ({ one }) => one.length > 0 }],
  );
  expect(structuralSchema(schema)).toMatchObject({
    "x-kubernetes-validations": [{ rule: "size(self.one) > 0", message: "one is needed" }],
    properties: {
      one: {
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
        items: { properties: { name: { maxLength: 5 } } },
      },
      two: { "x-kubernetes-list-type": "atomic" },
    },
  });
});

test("free JSON keeps what nobody names", () => {
  const schema = z.strictObject({ any: freeValue().optional(), object: freeObject() });
  expect(structuralSchema(schema).properties).toEqual({
    any: { "x-kubernetes-preserve-unknown-fields": true },
    object: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
  });
});

test("only the slash loses the escape that JavaScript gives it", () => {
  expect(structuralSchema(z.string().regex(/^a\/b\\\/\.$/)).pattern).toBe(String.raw`^a/b\\/\.$`);
});

test.each([
  ["a union", z.union([z.string(), z.int()]), "forbidden-keyword"],
  ["an intersection", z.intersection(z.string(), z.string().min(2)), "forbidden-keyword"],
  ["two patterns", z.string().regex(/a/).regex(/b/), "forbidden-keyword"],
  ["a tuple", z.tuple([z.string(), z.int()]), "forbidden-keyword"],
  ["never", z.never(), "forbidden-keyword"],
  ["a value of any type", z.unknown(), "untyped"],
  ["a date", z.date(), "not-representable"],
  ["a bigint", z.bigint(), "not-representable"],
])("%s cannot be projected, and the error names the place", (_, field, code) => {
  const project = () =>
    structuralSchema(z.strictObject({ list: z.array(z.strictObject({ field })) }));
  expect(project).toThrow(expect.objectContaining({ code }));
});

test("the error for a union leads to the field", () => {
  const schema = z.strictObject({
    list: z.array(z.strictObject({ field: z.union([z.string(), z.int()]) })),
  });
  expect(() => structuralSchema(schema)).toThrow(/^\$\.list\[\]\.field: "anyOf" has no place/);
});

test("a type that contains itself is refused", () => {
  const node: z.ZodType = z.strictObject({
    get next() {
      return node.optional();
    },
  });
  expect(() => structuralSchema(node)).toThrow(
    expect.objectContaining({ code: "not-representable" }),
  );
});

test("an open object names some fields and keeps the others", () => {
  const schema = openObject(z.strictObject({ a: z.string().optional() }));
  expect(schema.parse({ b: 1 })).toEqual({ b: 1 });
  expect(structuralSchema(schema)).toEqual({
    type: "object",
    "x-kubernetes-preserve-unknown-fields": true,
    properties: { a: { type: "string" } },
  });
});

test("sets, free lists and objects that merge as a whole say so", () => {
  const schema = z.strictObject({
    set: setList(z.string()),
    free: atomicList(freeValue()),
    whole: atomicObject(z.strictObject({ a: z.string().default("") })),
  });
  expect(structuralSchema(schema).properties).toMatchObject({
    set: { "x-kubernetes-list-type": "set" },
    free: { items: { "x-kubernetes-preserve-unknown-fields": true } },
    whole: { "x-kubernetes-map-type": "atomic", properties: { a: { default: "" } } },
  });
});

test("a field with a default can be listed as required and still be left out", () => {
  const schema = z.strictObject({ type: requiredWithDefault(z.enum(["a", "b"]), "a") });
  expect(structuralSchema(schema)).toMatchObject({
    required: ["type"],
    properties: { type: { default: "a" } },
  });
  expect(schema.parse({})).toEqual({ type: "a" });
});
