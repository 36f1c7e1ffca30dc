import { expect, test } from "vitest";
import { withDefaults, withoutNulls } from "./defaulting.ts";
import type { StructuralSchema } from "./structural.ts";

const schema: StructuralSchema = {
  type: "object",
  properties: {
    plain: { type: "string" },
    filled: { type: "string", default: "d" },
    nullable: { type: "string", nullable: true },
    free: { "x-kubernetes-preserve-unknown-fields": true },
    nested: { type: "object", properties: { deep: { type: "integer", default: 1 } } },
    list: {
      type: "array",
      items: { type: "object", properties: { deep: { type: "integer", default: 1 } } },
    },
    map: { type: "object", additionalProperties: { type: "string" } },
  },
};

test("what is left out gets its default, but no object comes to be for its sake", () => {
  expect(withDefaults(schema, {})).toEqual({ filled: "d" });
  expect(withDefaults(schema, { nested: {}, list: [{}] })).toEqual({
    filled: "d",
    nested: { deep: 1 },
    list: [{ deep: 1 }],
  });
});

test("a null counts as left out where the schema does not allow it", () => {
  const value = { plain: null, filled: null, nested: null, map: { a: null, b: "" } };
  expect(withDefaults(schema, value)).toEqual({ filled: "d", map: { b: "" } });
  expect(withoutNulls(schema, value)).toEqual({ map: { b: "" } });
});

test("a null stays where it means something", () => {
  const value = { nullable: null, free: null, list: [null], unknown: null };
  expect(withoutNulls(schema, value)).toEqual(value);
});

test("the input is left as it is", () => {
  const value = Object.freeze({ plain: null });
  withDefaults(schema, value);
  expect(value).toEqual({ plain: null });
});
