import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { templateParts, type Expression } from "./template-parts.ts";
import { uriMatcher } from "./uri-template.ts";

function matches(template: string, uri: string): boolean {
  const matcher = uriMatcher(template);
  if (matcher === undefined) throw new Error(`${template} is no template`);
  return matcher(uri, { left: Infinity });
}

describe("matching", () => {
  test.each([
    ["test://template/{id}/data", "test://template/123/data"],
    ["test://template/{id}/data", "test://template/%2F%20/data"],
    ["{+path}/here", "/foo/bar/here"],
    ["x{#frag}", "x#a/b?c"],
    ["x{#frag}", "x"],
    ["www{.dom*}", "www.example.com"],
    ["{/var,x}/here", "/value/1024/here"],
    ["{/list*,path:4}", "/red/green/blue/.foo"],
    ["x{;x,y,empty}", "x;x=1024;y=768;empty"],
    ["x{?x,y}", "x?x=1024&y=768"],
    ["x{?x,y}", "x?y=768"],
    ["x{?x,y}", "x"],
    ["x?fixed=yes{&x}", "x?fixed=yes&x=1024"],
    ["x{?keys*}", "x?semi=%3B&dot=.&comma=%2C"],
    ["x{?list*}", "x?list=red&list=green"],
    ["map?{x,y}", "map?1024,768"],
    ["{var:3}", "val"],
    ["files://{path*}", "files://a/b/c.txt"],
    ["note://{name}", "note://日本"],
    ["plain://text", "plain://text"],
    ["{user-id}x", "1x"],
    ["a{b}c{d}e", "acxcye"],
    ["", ""],
  ])("%s takes %s", (template, uri) => {
    expect(matches(template, uri)).toBe(true);
  });

  test.each([
    ["test://template/{id}/data", "test://template/1/2/data"],
    ["test://template/{id}/data", "test://template/1/data/"],
    ["test://template/{id}/data", "xtest://template/1/data"],
    ["note://{name}", "note://a?b=c"],
    ["note://{name}", "note://a#b"],
    ["{/var}/here", "/a/b/here"],
    ["x{?q}", "x?page=2"],
    ["x{?q}", "x?q=1#f"],
    ["x{?q}", "x?"],
    ["x{;a}", "x;b=1"],
    ["www{.dom}", "wwwexample"],
    ["plain://text", "plain://texts"],
    ["plain://text", "plain://tex"],
    ["plain://text", ""],
    ["", "a"],
  ])("%s does not take %s", (template, uri) => {
    expect(matches(template, uri)).toBe(false);
  });

  test.each([
    "{",
    "}",
    "a}b",
    "{}",
    "{{a}}",
    "{a",
    "{a,}",
    "{a b}",
    "{=a}",
    "{a:0}",
    "{a:12345}",
    "{?}",
  ])("%s is no template", (template) => {
    expect(uriMatcher(template)).toBeUndefined();
  });

  test("a template or URI that is too large matches nothing", () => {
    expect(uriMatcher(`x${"y".repeat(512)}`)).toBeUndefined();
    expect(uriMatcher("{a}".repeat(33))).toBeUndefined();
    expect(matches("{+a}", "x".repeat(4096))).toBe(true);
    expect(matches("{+a}", "x".repeat(4097))).toBe(false);
  });
});

test("a match that costs more than is left is none", () => {
  const matcher = uriMatcher("x{+a}{+b}")!;
  const effort = { left: 1000 };
  expect(matcher("xyz", effort)).toBe(true);
  expect(effort.left).toBeLessThan(1000);
  expect(effort.left).toBeGreaterThan(980);
  expect(matcher(`x${"y".repeat(1000)}`, effort)).toBe(false);
  expect(matcher("xyz", effort)).toBe(false);
});

describe("laws", () => {
  const name = fc.stringMatching(/^[a-z_][a-z0-9_.]{0,3}$/);
  const literal = fc.stringMatching(/^[a-z:/.-]{0,6}$/);
  const spec = fc.tuple(name, fc.constantFrom("", "*"));
  const braces = fc
    .tuple(
      fc.constantFrom("", "+", "#", ".", "/", ";", "?", "&"),
      fc.array(spec, { minLength: 1, maxLength: 3 }),
    )
    .map(([operator, specs]) => `{${operator}${specs.map((one) => one.join("")).join(",")}}`);
  const template = fc
    .array(fc.oneof(literal, braces), { maxLength: 5 })
    .map((parts) => parts.join(""));
  const values = fc.infiniteStream(
    fc.oneof(
      fc.constant(undefined),
      fc.string({ unit: "binary", maxLength: 4 }).filter((text) => text.isWellFormed()),
    ),
  );

  test("every expansion of a template matches it", () => {
    fc.assert(
      fc.property(template, values, (text, stream) => {
        const next = () => stream.next().value as string | undefined;
        const parts = templateParts(text)!;
        const uri = parts
          .map((part) => (typeof part === "string" ? part : expand(part, next)))
          .join("");
        expect(matches(text, uri)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test("no text makes the reader of templates throw", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from("{}a,*:1+#./;?&")) }),
        fc.string(),
        (text, uri) => {
          expect(["boolean", "undefined"]).toContain(
            typeof uriMatcher(text)?.(uri, { left: 1000 }),
          );
        },
      ),
      { numRuns: 2000 },
    );
  });

  test.each([
    ["{+a}".repeat(32), "x"],
    [`${"{+a}x".repeat(32)}!`, "x"],
    [`{+a}${"x".repeat(500)}!`, "x"],
    [`{a*}${"{/b*}".repeat(31)}!`, "/"],
    [`x{?${Array.from({ length: 32 }, (_, index) => `a${index}*`).join(",")}}!`, "&a1=1"],
  ])("matching against %s takes no second try", (text, filler) => {
    const matcher = uriMatcher(text)!;
    const uri = `x?${filler.repeat(4096)}`.slice(0, 4096);
    const started = performance.now();
    expect(matcher(uri, { left: Infinity })).toBe(text === "{+a}".repeat(32));
    // A matcher that tries again from where it failed would need ages for these.
    expect(performance.now() - started).toBeLessThan(500);
  });
});

/** A value's expansion by RFC 6570 §3.2 for strings; an exploded one stands for a list of two. */
function expand({ operator, variables, exploded }: Expression, next: () => string | undefined) {
  const named = operator === ";" || operator === "?" || operator === "&";
  const separators = {
    "": ",",
    "+": ",",
    "#": ",",
    ".": ".",
    "/": "/",
    ";": ";",
    "?": "&",
    "&": "&",
  };
  const encode = operator === "+" || operator === "#" ? encodeURI : encodeURIComponent;
  const pieces = variables.flatMap((variable) => {
    const value = next();
    if (value === undefined) return [];
    const one = named
      ? `${variable}${operator === ";" && value === "" ? "" : "="}${encode(value)}`
      : encode(value);
    return exploded ? [one, one] : [one];
  });
  if (pieces.length === 0) return "";
  const first = operator === "+" ? "" : operator;
  return first + pieces.join(separators[operator]);
}
