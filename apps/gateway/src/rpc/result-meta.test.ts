import { expect, test } from "vitest";
import { withResultMeta } from "./result-meta.ts";

const KEY = "io.headgate/quota";

function spliced(rest: string): string {
  return withResultMeta(`{"jsonrpc":"2.0","id":1,${rest}}`, KEY, "[1]");
}

test.each([
  ['"result":{}', `"result":{"_meta":{"${KEY}":[1]}}`],
  ['"result":{ }', `"result":{"_meta":{"${KEY}":[1]} }`],
  ['"result":{"content":[]}', `"result":{"_meta":{"${KEY}":[1]},"content":[]}`],
  ['"result":{"_meta":{}}', `"result":{"_meta":{"${KEY}":[1]}}`],
  ['"result":{"a":1.0,"_meta":{"x":{}}}', `"result":{"a":1.0,"_meta":{"${KEY}":[1],"x":{}}}`],
])("%s becomes %s", (before, after) => {
  expect(spliced(before)).toBe(`{"jsonrpc":"2.0","id":1,${after}}`);
});

test("what another gateway said under the same key gives way", () => {
  expect(spliced(`"result":{"_meta":{"${KEY}" : {"a":[2]} ,"y":1}}`)).toContain(
    `"_meta":{"${KEY}" : [1] ,"y":1}`,
  );
});

test.each(['"error":{"code":1,"message":"m"}', '"result":7', '"result":{"_meta":null}'])(
  "%s has no place for it, and stays as it is",
  (rest) => {
    expect(spliced(rest)).toBe(`{"jsonrpc":"2.0","id":1,${rest}}`);
  },
);

test("a key that is given twice is no obstacle", () => {
  expect(JSON.parse(spliced('"result":{"a":1,"a":2,"_meta":{"b":1,"b":2}}'))).toMatchObject({
    result: { a: 2, _meta: { [KEY]: [1], b: 2 } },
  });
});
