import { expect, test } from "vitest";
import { withRenewal } from "./with-renewal.ts";

const RESULT = '{"jsonrpc":"2.0","id":1,"result":{"content":[]}}';
const ERROR = '{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"no"}}';

test("the first result of a backend that began anew says so, and no other", () => {
  const session = { renewed: new Set(["a", "b"]) };
  const told = withRenewal(RESULT, session, "a");
  expect(JSON.parse(told)).toEqual({
    jsonrpc: "2.0",
    id: 1,
    result: { _meta: { "io.headgate/backendSession": "renewed" }, content: [] },
  });
  expect(withRenewal(RESULT, session, "a")).toBe(RESULT);
  expect([...session.renewed]).toEqual(["b"]);
});

test("an error has no place for it, so that the next result says it", () => {
  const session = { renewed: new Set(["a"]) };
  expect(withRenewal(ERROR, session, "a")).toBe(ERROR);
  expect(withRenewal(RESULT, session, "a")).toContain("renewed");
});

test.each([
  ["nothing began anew", undefined, "a"],
  ["no backend was asked", new Set(["a"]), undefined],
])("an answer stays to the letter when %s", (_, renewed, backend) => {
  expect(withRenewal(RESULT, { renewed }, backend)).toBe(RESULT);
});
