import { expect, test } from "vitest";
import { resourceOwners } from "./resource-owner.ts";

const resources = new Map([
  ["file:///a", "files"],
  ["x://{id}", "odd"],
]);
const templates = new Map([
  ["file:///{name}", "first"],
  ["file:///{+path}", "second"],
  ["x://{id}", "x"],
  ["broken://{", "broken"],
]);
const { resourceOwner, referenceOwner, problems } = resourceOwners(resources, templates);

test("a resource goes to the owner of its exact URI before any template", () => {
  expect(resourceOwner("file:///a")).toBe("files");
});

test("a URI that equals a template goes to the template's owner", () => {
  expect(resourceOwner("broken://{")).toBe("broken");
});

test("other URIs go to the first template that matches", () => {
  expect(resourceOwner("file:///b")).toBe("first");
  expect(resourceOwner("file:///b/c")).toBe("second");
  expect(resourceOwner("ftp://b")).toBeUndefined();
});

test("a reference means a template before a resource", () => {
  expect(referenceOwner("x://{id}")).toBe("x");
  expect(resourceOwner("x://{id}")).toBe("odd");
  expect(referenceOwner("file:///a")).toBe("files");
  expect(referenceOwner("x://7")).toBe("x");
  expect(referenceOwner("y://7")).toBeUndefined();
});

test("a template that cannot be matched is reported and keeps its exact text", () => {
  expect(problems).toEqual([
    {
      backend: "broken",
      kind: "resourceTemplates",
      name: "broken://{",
      reason: expect.stringContaining("no valid RFC 6570 template") as string,
    },
  ]);
});

test("only so many templates are tried for one URI", () => {
  const many = new Map(
    Array.from({ length: 1001 }, (_, index) => [`t${index}://{a}`, "b"] as const),
  );
  const owners = resourceOwners(new Map(), many);
  expect(owners.resourceOwner("t999://x")).toBe("b");
  expect(owners.resourceOwner("t1000://x")).toBeUndefined();
  expect(owners.problems).toHaveLength(1);
});

test("templates made to be slow cannot hold up a read", () => {
  const slow = Array.from({ length: 500 }, (_, index) => `{+a}${"x".repeat(450)}${index}`);
  const owners = resourceOwners(new Map(), new Map(slow.map((template) => [template, "slow"])));
  const started = performance.now();
  expect(owners.resourceOwner("x".repeat(4096))).toBeUndefined();
  expect(performance.now() - started).toBeLessThan(1000);
});
