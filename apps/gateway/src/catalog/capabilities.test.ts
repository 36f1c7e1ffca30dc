import { expect, test } from "vitest";
import { mergeCapabilities } from "./capabilities.ts";

function merged(...backends: Record<string, unknown>[]): Record<string, unknown> {
  return JSON.parse(mergeCapabilities(backends)) as Record<string, unknown>;
}

const always = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { listChanged: true },
};

test("with no backend at all the lists are announced, as backends may come", () => {
  expect(merged()).toEqual(always);
  expect(merged({})).toEqual(always);
});

test("what one backend can do, the gateway can", () => {
  expect(
    merged(
      { resources: { subscribe: true }, tools: {} },
      { logging: {}, resources: { subscribe: false } },
      { completions: {} },
    ),
  ).toEqual({
    ...always,
    resources: { subscribe: true, listChanged: true },
    logging: {},
    completions: {},
  });
});

test("an experimental capability or extension is kept when all who name it agree", () => {
  expect(
    merged(
      { experimental: { a: { x: [1] }, b: {} }, extensions: { "io.x/ui": { v: 1 } } },
      { experimental: { a: { x: [1] }, b: { y: 1 } }, extensions: {} },
      { experimental: { b: {} } },
    ),
  ).toEqual({ ...always, experimental: { a: { x: [1] } }, extensions: { "io.x/ui": { v: 1 } } });
});

test("tasks and capabilities nobody knows are not announced, since nothing relays them", () => {
  expect(merged({ tasks: { list: {} }, mystery: {} })).toEqual(always);
});

test.each([null, [], "yes", 1, true])("a capability given as %j is none", (odd) => {
  expect(merged({ logging: odd, resources: odd, experimental: odd })).toEqual(always);
});
