import { expect, test } from "vitest";
import { editorSchema } from "./editor-schema.ts";
import { javaScriptPattern, re2Text } from "./re2-text.ts";
import { structuralSchema } from "./structural.ts";

test.each([
  ["^https?://[^[:space:]]+$", String.raw`^https?://[^\t\n\v\f\r ]+$`],
  [String.raw`^[^\s?#]+[^/\s]$`, String.raw`^[^\t\n\f\r ?#]+[^/\t\n\f\r ]$`],
  [String.raw`a\sb\Sc`, String.raw`a[\t\n\f\r ]b[^\t\n\f\r ]c`],
  ["^https://.*$", String.raw`^https://[^\n]*$`],
  [String.raw`^\d+\.[.]$`, String.raw`^\d+\.[.]$`],
])("%s becomes %s", (re2, javaScript) => {
  expect(javaScriptPattern(re2)).toBe(javaScript);
});

const NoSpace = re2Text(String.raw`^[^\s]+$`, "must not contain spaces");

test("a text is judged as the API server judges it", () => {
  expect(NoSpace.safeParse("a\u00a0b").success).toBe(true);
  expect(NoSpace.safeParse("a b").error?.issues[0]?.message).toBe("must not contain spaces");
});

test("the API server gets its own spelling, editors get JavaScript's", () => {
  expect(structuralSchema(NoSpace)).toEqual({ type: "string", pattern: String.raw`^[^\s]+$` });
  expect(editorSchema(NoSpace, "Text")).toMatchObject({
    pattern: String.raw`^[^\t\n\f\r ]+$`,
  });
});
