import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GatewayError } from "../rpc/errors.ts";
import type { ItemKind } from "./backend-catalog.ts";
import { readListPage } from "./read-list.ts";

const tools = { backend: "b", kind: "tools" } as const;
const good = '{"name":"ok","inputSchema":{"type":"object"}}';

function page(...entries: string[]): string {
  return `{"tools":[${entries.join(" ,\n")}]}`;
}

describe("a good page", () => {
  test("each entry keeps its own text, and its key is decoded", () => {
    const entry =
      '{ "inputSchema": {"type":"object","x":1.0},  "name" : "caf\\u00e9" , "z": 9007199254740993 }';
    const { items, problems } = readListPage(tools, page(good, entry));
    expect(items.map((item) => item.text)).toEqual([good, entry]);
    expect(items.map((item) => item.key)).toEqual(["ok", "café"]);
    const { text, keySpan } = items[1]!;
    expect(text.slice(keySpan.start, keySpan.end)).toBe('"caf\\u00e9"');
    expect(problems).toEqual([]);
  });

  test.each([
    ["tools", good, "ok"],
    ["prompts", '{"name":"p","arguments":[{"name":"a"}]}', "p"],
    ["resources", '{"name":"n","uri":"file:///a","size":1.0}', "file:///a"],
    ["resourceTemplates", '{"name":"n","uriTemplate":"file:///{a}"}', "file:///{a}"],
  ] as const)("%s are identified by their own member", (kind, entry, key) => {
    const { items } = readListPage({ backend: "b", kind }, `{"${kind}":[${entry}]}`);
    expect(items).toMatchObject([{ key, text: entry }]);
  });

  test.each([
    ['{"tools":[]}', undefined],
    ['{"tools":[],"nextCursor":null}', undefined],
    ['{"nextCursor":"a\\"b","tools":[]}', 'a"b'],
    ['{"tools":[],"nextCursor":""}', ""],
  ])("the next cursor of %s is %j", (text, cursor) => {
    expect(readListPage(tools, text).nextCursor).toBe(cursor);
  });

  test("a URI may be longer than a name may", () => {
    const uri = `data:${"a".repeat(1000)}`;
    const { items } = readListPage(
      { backend: "b", kind: "resources" },
      JSON.stringify({ resources: [{ uri, name: "n" }] }),
    );
    expect(items[0]?.key).toBe(uri);
  });
});

describe("a malformed entry", () => {
  test.each([
    ["null", "entry 2", /object/],
    ["[]", "entry 2", /object/],
    ['"ok"', "entry 2", /object/],
    ["{}", "entry 2", /name/],
    ['{"name":1,"inputSchema":{"type":"object"}}', "entry 2", /name/],
    ['{"name":"","inputSchema":{"type":"object"}}', "", /name/],
    [`{"name":"${"n".repeat(257)}","inputSchema":{"type":"object"}}`, "n".repeat(256), /256/],
    ['{"name":"x"}', "x", /inputSchema/],
    ['{"name":"x","inputSchema":{"type":"string"}}', "x", /inputSchema/],
    ['{"name":"x","inputSchema":{"type":"object"},"title":1}', "x", /title/],
    ['{"name":"x","inputSchema":{"type":"object"},"annotations":[]}', "x", /annotations/],
    ['{"name":"x","inputSchema":{"type":"object"},"name":"y"}', "y", /"name" is given twice/],
    ['{"name":"x","inputSchema":{"type":"object"},"n\\u0061me":"y"}', "y", /given twice/],
    [
      '{"name":"x","inputSchema":{"type":"object"},"annotations":{"title":"a","title":"b"}}',
      "x",
      /annotations.*given twice/,
    ],
  ])("%s is left out alone and reported", (entry, name, reason) => {
    const { items, problems } = readListPage(tools, page(good, entry, good));
    expect(items.map((item) => item.key)).toEqual(["ok", "ok"]);
    expect(problems).toEqual([
      { backend: "b", kind: "tools", name, reason: expect.stringMatching(reason) as string },
    ]);
  });

  test("odd entries of any shape never take the list down", () => {
    fc.assert(
      fc.property(
        fc.array(fc.json()),
        fc.constantFrom<ItemKind>("tools", "prompts", "resources", "resourceTemplates"),
        (entries, kind) => {
          const text = `{"${kind}":[${entries.join(",")}]}`;
          const { items, problems } = readListPage({ backend: "b", kind }, text);
          expect(items.length + problems.length).toBe(entries.length);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("a page that is no list", () => {
  test.each([
    "",
    "nonsense",
    "[]",
    "null",
    "{}",
    '{"tools":{}}',
    '{"tools":null}',
    '{"prompts":[]}',
    '{"tools":[],"tools":[]}',
    '{"tools":[],"nextCursor":1}',
  ])("%s is garbage", (text) => {
    let thrown: unknown;
    try {
      readListPage(tools, text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(GatewayError);
    expect((thrown as GatewayError).code).toBe("backend-garbage");
    expect((thrown as GatewayError).message).toContain('"b"');
  });
});
