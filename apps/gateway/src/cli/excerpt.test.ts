import { expect, test } from "vitest";
import { excerptOf } from "./excerpt.ts";

const SECRET = "hunter2-s3cr3t";

test("the mark stands under the column", () => {
  expect(excerptOf("a: 1\n  b: [x, y]\n", 2, 10)).toEqual({
    line: "  b: [x, y]",
    mark: "         ^",
  });
});

test("of a long line only the part around the mark is shown", () => {
  const excerpt = excerptOf(`${"a".repeat(500)}: ${"b".repeat(500)}`, 1, 501);
  expect(excerpt?.line.length).toBeLessThan(125);
  expect(excerpt?.line.charAt(excerpt.mark.length - 1)).toBe(":");
});

test("characters that a terminal would act on are not shown", () => {
  expect(excerptOf("a: \u001B[31mred\u0007\u202E", 1, 1)?.line).toBe("a: ·[31mred··");
});

test.each([
  [`headerValue: "Bearer ${SECRET}"`, 1],
  [`clientSecret: ${SECRET}`, 1],
  [`headers: { X-Key: ${SECRET} }`, 1],
  [`env:\n  ANY: ${SECRET}`, 2],
  [`- env:\n    ANY: ${SECRET}`, 2],
  [`args:\n- ${SECRET}`, 2],
  [`args:\n  - --key\n  - ${SECRET}`, 3],
  [`args: [a, "${SECRET}"]`, 1],
  [`env:\n  KEY: |\n    line one\n    ${SECRET}`, 4],
  [`headers:\n  A: >\n    b\n\n      ${SECRET}`, 5],
  [`{"mcpServers": {"a": {"command": "b", "env": {"A": "${SECRET}"}}}}`, 1],
  [`{"mcpServers": {"a": {"url": "b", "headers": {"A": "b", "C": "${SECRET}`, 1],
  [`url: https://user:${SECRET}@a.example/`, 1],
])("a line that may hold a secret is shown without it: %s", (text, line) => {
  expect(excerptOf(text, line, 1)?.line).not.toContain("s3cr3t");
});

test.each([
  "conflictResolution: prefx",
  "shared: { maxTokens: 0, refillPeriod: 1m }",
  "url: htp://a.example/mcp",
])("a line without secrets is shown as it is: %s", (line) => {
  expect(excerptOf(line, 1, 1)?.line).toBe(line);
});

test("hiding moves nothing, so that the mark stays right", () => {
  const line = `{ headerName: a, headerValue: "${SECRET}", type: x }`;
  const column = line.indexOf("type") + 1;
  const excerpt = excerptOf(line, 1, column);
  expect(excerpt?.line.slice(column - 1)).toBe("type: x }");
  expect(excerpt?.mark.length).toBe(column);
});

test("there is no excerpt of a line that is empty or not there", () => {
  expect(excerptOf("a: 1\n\n", 2, 1)).toBeUndefined();
  expect(excerptOf("a: 1", 9, 1)).toBeUndefined();
});
