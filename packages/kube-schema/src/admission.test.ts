import { expect, test } from "vitest";
import { admissionViolations } from "./admission.ts";
import type { StructuralSchema } from "./structural.ts";

const admit = (schema: StructuralSchema, value: unknown) =>
  admissionViolations(schema, value, () => true).map(
    ({ path, message }) => `${path.join(".")}: ${message}`,
  );

test.each<[StructuralSchema, unknown, string]>([
  [{ type: "string" }, 1, ": must be of type string"],
  [{ type: "integer" }, 1.5, ": must be of type integer"],
  [{ type: "number" }, "1", ": must be of type number"],
  [{ type: "array" }, {}, ": must be of type array"],
  [{ type: "object" }, [], ": must be of type object"],
  [{ type: "boolean" }, null, ": must be of type boolean"],
  [{ type: "integer", minimum: 1 }, 0, ": should be greater than or equal to 1"],
  [{ type: "integer", maximum: 1 }, 2, ": should be less than or equal to 1"],
  [{ type: "integer", format: "int32" }, 2 ** 31, ": should be less than or equal to 2147483647"],
  [{ type: "number", minimum: 1, exclusiveMinimum: true }, 1, ": should be greater than 1"],
  [{ type: "number", maximum: 1, exclusiveMaximum: true }, 1, ": should be less than 1"],
  [{ type: "integer", multipleOf: 2 }, 3, ": should be a multiple of 2"],
  [{ type: "string", minLength: 1 }, "", ": should be at least 1 chars long"],
  [{ type: "string", maxLength: 1 }, "😀😀", ": may not be more than 1 chars long"],
  [{ type: "string", pattern: "^a" }, "b", ": should match '^a'"],
  [{ type: "string", enum: ["a", "b"] }, "c", ": supported values: a, b"],
  [
    { type: "object", required: ["a"], properties: { a: { type: "string" } } },
    {},
    "a: required value",
  ],
  [{ type: "object", properties: {} }, { a: 1 }, "a: unknown field"],
  [
    { type: "object", minProperties: 1, additionalProperties: { type: "string" } },
    {},
    ": must have at least 1 properties",
  ],
  [
    { type: "object", maxProperties: 0, additionalProperties: { type: "string" } },
    { a: "" },
    ": must have at most 0 properties",
  ],
  [{ type: "array", minItems: 1, items: { type: "string" } }, [], ": must have at least 1 items"],
  [{ type: "array", maxItems: 0, items: { type: "string" } }, [""], ": must have at most 0 items"],
  [
    {
      type: "array",
      items: { type: "object", properties: { k: { type: "string" } } },
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["k"],
    },
    [{ k: "a" }, { k: "a" }],
    '1: duplicate value: {"k":"a"}',
  ],
  [
    { type: "array", items: { type: "string" }, "x-kubernetes-list-type": "set" },
    ["a", "b", "a"],
    '2: duplicate value: "a"',
  ],
  [{ type: "string", format: "uri" }, "b", ": must be of format uri"],
])("%j refuses %j", (schema, value, violation) => {
  expect(admit(schema, value)).toEqual([violation]);
});

test("lengths are counted in characters", () => {
  expect(admit({ type: "string", maxLength: 2 }, "😀😀")).toEqual([]);
});

test("a violation is found at its depth", () => {
  const schema: StructuralSchema = {
    type: "object",
    properties: {
      list: { type: "array", items: { type: "object", additionalProperties: { type: "integer" } } },
    },
  };
  expect(admit(schema, { list: [{ a: 1 }, { b: "x" }] })).toEqual([
    "list.1.b: must be of type integer",
  ]);
});

test("a rule sees defaults, and integers as BigInts", () => {
  const seen: unknown[] = [];
  const schema: StructuralSchema = {
    type: "object",
    properties: {
      a: { type: "integer", default: 7 },
      b: { type: "array", items: { type: "number" } },
    },
    "x-kubernetes-validations": [{ rule: "r", message: "m" }],
  };
  admissionViolations(schema, { b: [1] }, (_, self) => seen.push(self) > 0);
  expect(seen).toEqual([{ b: [1], a: 7n }]);
});

test.each([
  ["is broken", () => false],
  [
    "cannot be evaluated",
    () => {
      throw new Error("no such key");
    },
  ],
])("a rule that %s is a violation with its message", (_, evaluate) => {
  const schema: StructuralSchema = {
    type: "string",
    "x-kubernetes-validations": [{ rule: "r", message: "m" }],
  };
  expect(admissionViolations(schema, "", evaluate)).toEqual([{ path: [], message: "m" }]);
});
