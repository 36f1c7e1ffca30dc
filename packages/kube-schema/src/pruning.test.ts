import { expect, test } from "vitest";
import { withoutUnknown } from "./pruning.ts";
import type { StructuralSchema } from "./structural.ts";

const schema: StructuralSchema = {
  type: "object",
  properties: {
    list: { type: "array", items: { type: "object", properties: { a: { type: "string" } } } },
    map: { type: "object", additionalProperties: { type: "object", properties: {} } },
    open: {
      type: "object",
      "x-kubernetes-preserve-unknown-fields": true,
      properties: { known: { type: "object", properties: {} } },
    },
  },
};

test("what no schema names is dropped at every depth", () => {
  const value = { list: [{ a: "x", b: 1 }], map: { any: { c: 1 } }, surplus: true };
  expect(withoutUnknown(schema, value)).toEqual({ list: [{ a: "x" }], map: { any: {} } });
});

test("an open object keeps what it does not name, but not for what it names", () => {
  expect(withoutUnknown(schema, { open: { other: { d: 1 }, known: { e: 1 } } })).toEqual({
    open: { other: { d: 1 }, known: {} },
  });
});
