import { expect, test } from "vitest";
import type { KubeObject } from "../api/object.ts";
import { trimmed } from "./trim.ts";

const object: KubeObject = {
  metadata: {
    name: "a",
    annotations: {
      "kubectl.kubernetes.io/last-applied-configuration": '{"data":{"password":"c2VjcmV0"}}',
      kept: "yes",
    },
    managedFields: [
      { manager: "us", operation: "Apply" },
      { manager: "us", operation: "Update" },
      { manager: "them", operation: "Apply" },
    ],
  },
};

test("the copy of an object that kubectl leaves in its annotations is never kept", () => {
  expect(trimmed(object, "all").metadata.annotations).toEqual({ kept: "yes" });
});

test.each([
  ["none", undefined],
  ["all", object.metadata.managedFields],
  [{ of: "us" }, [{ manager: "us", operation: "Apply" }]],
] as const)("of the managed fields %o is kept", (kept, expected) => {
  expect(trimmed(object, kept).metadata.managedFields).toEqual(expected);
});
