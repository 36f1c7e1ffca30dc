import { expect, test } from "vitest";
import * as z from "zod";
import { editorSchema } from "./editor-schema.ts";
import { defineKind } from "./kind.ts";
import { manifestSchema } from "./manifest.ts";
import { withRules } from "./rule.ts";

const Widget = defineKind({
  group: "example.com",
  kind: "Widget",
  plural: "widgets",
  shortNames: [],
  categories: [],
  description: "A widget.",
  versions: [{ name: "v1alpha1" }, { name: "v1" }],
  columns: [],
  spec: withRules(z.strictObject({ size: z.int() }), [
    { cel: "self.size > 0", message: "size must be positive", holds: ({ size }) => size > 0 },
  ]),
  status: z.strictObject({}),
});
const manifest = { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "one" } };
const messages = (value: unknown) =>
  manifestSchema(Widget)
    .safeParse(value)
    .error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);

test("a manifest of any version is one, with or without a spec", () => {
  expect(messages(manifest)).toBeUndefined();
  expect(messages({ ...manifest, apiVersion: "example.com/v1alpha1" })).toBeUndefined();
  expect(messages({ ...manifest, spec: { size: 1 }, status: { any: 1 } })).toBeUndefined();
});

test("a spec keeps the kind's rules", () => {
  expect(messages({ ...manifest, spec: { size: 0 } })).toEqual(["spec: size must be positive"]);
});

test.each([
  ["another kind", { kind: "Gadget" }],
  ["another group", { apiVersion: "example.org/v1" }],
  ["no name", { metadata: {} }],
  ["a field beside the spec", { specs: {} }],
])("%s is refused", (_, change) => {
  expect(messages({ ...manifest, ...change })).toHaveLength(1);
});

test("editors learn the versions and the kind", () => {
  expect(editorSchema(manifestSchema(Widget), "Widget")).toMatchObject({
    required: ["apiVersion", "kind", "metadata"],
    properties: {
      apiVersion: { enum: ["example.com/v1alpha1", "example.com/v1"] },
      kind: { enum: ["Widget"] },
    },
  });
});
