import { expect, test } from "vitest";
import * as z from "zod";
import { customResourceDefinition } from "./crd.ts";
import { defineKind } from "./kind.ts";

const Widget = defineKind({
  group: "example.com",
  kind: "Widget",
  plural: "widgets",
  shortNames: ["wd"],
  categories: ["all"],
  description: "A widget.",
  versions: [{ name: "v1alpha1", deprecation: "use v1" }, { name: "v1" }],
  columns: [{ name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" }],
  labels: { a: "b" },
  spec: z.strictObject({ size: z.int32().describe("How large.") }),
  status: z.strictObject({ names: z.array(z.string()).optional() }),
});
const crd = customResourceDefinition(Widget);

test("names follow from the kind", () => {
  expect(Widget).toMatchObject({ apiVersion: "example.com/v1", singular: "widget" });
  expect(crd.metadata).toMatchObject({ name: "widgets.example.com", labels: { a: "b" } });
  expect(crd.spec.names).toEqual({
    kind: "Widget",
    listKind: "WidgetList",
    plural: "widgets",
    singular: "widget",
    shortNames: ["wd"],
    categories: ["all"],
  });
});

test("every version is served, the last one stored, and one with a deprecation says so", () => {
  expect(crd.spec.versions).toMatchObject([
    {
      name: "v1alpha1",
      served: true,
      storage: false,
      deprecated: true,
      deprecationWarning: "use v1",
    },
    { name: "v1", served: true, storage: true },
  ]);
  expect(crd.spec.versions[1]).not.toHaveProperty("deprecated");
});

test("versions differ in descriptions alone", () => {
  const [old, current] = crd.spec.versions.map(({ schema }) => schema.openAPIV3Schema);
  expect(old?.properties?.["spec"]?.properties?.["size"]).not.toHaveProperty("description");
  expect(current?.properties?.["spec"]?.properties?.["size"]).toHaveProperty(
    "description",
    "How large.",
  );
  const bare = JSON.parse(
    JSON.stringify(current, (key, value: unknown) => (key === "description" ? undefined : value)),
  ) as unknown;
  expect(old).toEqual(bare);
});

test("an object needs neither spec nor status", () => {
  expect(crd.spec.versions[1]?.schema.openAPIV3Schema).not.toHaveProperty("required");
});
