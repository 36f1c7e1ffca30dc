import { expect, test } from "vitest";
import type { KubeObject, ObjectMeta } from "../api/object.ts";
import { isOfIntent } from "./feed.ts";

function object(metadata: ObjectMeta): KubeObject {
  return { metadata: { name: "a", uid: "u", generation: 1, ...metadata } };
}

test.each<[string, ObjectMeta, boolean]>([
  ["only its version and its managed fields", { resourceVersion: "2", managedFields: [{}] }, false],
  ["its spec", { generation: 2 }, true],
  ["its labels", { labels: { a: "1" } }, true],
  ["its annotations", { annotations: { a: "1" } }, true],
  ["its finalizers", { finalizers: ["f"] }, true],
  ["that it is being deleted", { deletionTimestamp: "2026-01-01T00:00:00Z" }, true],
  ["that it is another one", { uid: "v" }, true],
])("a change of %s counts: %s → %s", (_what, change, counts) => {
  const previous = object({});
  expect(isOfIntent({ key: "a", previous, current: object(change) })).toBe(counts);
});

test("an object that comes or goes counts, and so does any change of a kind without generations", () => {
  expect(isOfIntent({ key: "a", current: object({}) })).toBe(true);
  expect(isOfIntent({ key: "a", previous: object({}) })).toBe(true);
  const configMap = { metadata: { name: "a" } };
  expect(isOfIntent({ key: "a", previous: configMap, current: configMap })).toBe(true);
});
