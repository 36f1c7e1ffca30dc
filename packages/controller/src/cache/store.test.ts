import { expect, test } from "vitest";
import type { KubeObject } from "../api/object.ts";
import { Store } from "./store.ts";

function labelled(name: string, ...labels: string[]): KubeObject {
  const entries = labels.map((label) => [label, ""] as const);
  return { metadata: { name, labels: Object.fromEntries(entries) } };
}

const byLabel = { label: ({ metadata }: KubeObject) => Object.keys(metadata.labels ?? {}) };

test("an index follows objects that come, change and go", () => {
  const store = new Store<KubeObject>(byLabel);
  const found = (label: string) => store.find("label", label).map(({ metadata }) => metadata.name);
  store.set(labelled("a", "red", "round"));
  store.set(labelled("b", "red"));
  expect(found("red")).toEqual(["a", "b"]);
  store.set(labelled("a", "round", "blue"));
  expect([found("red"), found("round"), found("blue")]).toEqual([["b"], ["a"], ["a"]]);
  store.delete("b");
  expect(found("red")).toEqual([]);
});

test("asking an index that there is not is a mistake of the program", () => {
  expect(() => new Store<KubeObject>().find("colour", "red")).toThrow(/no index colour/);
});
