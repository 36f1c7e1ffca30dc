import { Aggregation } from "@headgate/api";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { elementsOf, membersOf } from "../json/spans.ts";
import { aggregate } from "./aggregate.ts";
import type { ItemKind } from "./backend-catalog.ts";
import { catalogOf } from "./catalog.fixture.ts";

const LISTS: Record<ItemKind, string[]> = {
  tools: [
    `{
      "name": "get-sum",
      "title": "Get \\u03a3um",
      "description": "Adds two numbers \\ud83e\\uddee and \\/ or \\"quotes\\"\\nover lines",
      "icons": [{"src": "data:image/svg+xml;base64,PHN2Zy8+", "mimeType": "image\\/svg+xml", "sizes": ["any"], "theme": "dark"}],
      "inputSchema": {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
          "a": {"type": "number", "minimum": 1.0, "maximum": 9007199254740993},
          "name": {"type": "string", "default": "name", "const": "\\u006eame"},
          "b": {"$ref": "#/$defs/b", "multipleOf": 1e-7}
        },
        "$defs": {"b": {"anyOf": [{"type": "integer"}, true, {"not": false}]}},
        "required": ["a", "b"], "additionalProperties": false
      },
      "outputSchema": {"type": "object", "properties": {"sum": {"type": "number"}}},
      "annotations": {"title": "Sum", "readOnlyHint": true, "idempotentHint": true, "x-weight": 1.50},
      "execution": {"taskSupport": "optional"},
      "_meta": {"com.example/rank": 12345678901234567890, "name": "inner", "nested": {"name": [null, -0.0, 1E400]}},
      "x-unknown": [1.0, "1.0", {}, []],
      "__proto__": {"polluted": 1}
    }`,
    '{"inputSchema":{"type":"object"},"_meta":{},"name":"n\\u0061me\\ud83d\\ude00"}',
    '{"inputSchema":{"type":"object","properties":{}},"annotations":{},"icons":[],"name":"read_file"}',
  ],
  prompts: [
    '{"name":"args-prompt","title":"T","description":"","icons":[{"src":"https://x/y.png"}],"arguments":[{"name":"city","required":true,"title":"City","x":1.0},{"name":"name"}],"_meta":{"v":1.00}}',
  ],
  resources: [
    '{"uri":"test:\\/\\/static-text","name":"uri","title":"T","size":9007199254740993,"annotations":{"audience":["user"],"priority":0.70,"lastModified":"2025-01-12T15:00:58Z"},"icons":[],"_meta":{"uri":"x"}}',
  ],
  resourceTemplates: [
    '{"name":"dyn","uriTemplate":"test://{uriTemplate}/{id}","mimeType":"text/plain","annotations":{"priority":1.0},"x":{"uriTemplate":"y"}}',
  ],
};

/** Every member of an object but one, in the very text it has. */
function rawMembers(text: string, except: string | undefined): Map<string, string> {
  const members = new Map<string, string>();
  for (const [key, { start, end }] of membersOf(text))
    if (key !== except) members.set(key, text.slice(start, end));
  return members;
}

function itemsOf(page: string, kind: ItemKind): string[] {
  const list = membersOf(page).get(kind)!;
  return elementsOf(page, list.start).map(({ start, end }) => page.slice(start, end));
}

const rules = (conflictResolution: string) => Aggregation.parse({ conflictResolution });

describe("what is listed is what the backend said", () => {
  test.each(["prefix", "priority", "manual"])(
    "to the letter but for names, under %s",
    (strategy) => {
      const view = aggregate([catalogOf("files", LISTS)], rules(strategy));
      for (const kind of Object.keys(LISTS) as ItemKind[]) {
        const [page] = view.lists[kind].pages;
        const listed = itemsOf(page!, kind);
        expect(listed).toHaveLength(LISTS[kind].length);
        const renamed = kind === "tools" || kind === "prompts" ? "name" : undefined;
        for (const [index, text] of listed.entries())
          expect(rawMembers(text, renamed)).toEqual(rawMembers(LISTS[kind][index]!, renamed));
      }
      expect(view.problems.filter((one) => !one.reason.includes("characters outside"))).toEqual([]);
    },
  );

  test("a page parses to equal values but for the prefix", () => {
    const view = aggregate([catalogOf("files", LISTS)], rules("prefix"));
    const { tools } = JSON.parse(view.lists.tools.pages[0]!) as { tools: { name: string }[] };
    const expected = LISTS.tools.map((text) => JSON.parse(text) as { name: string });
    for (const tool of expected) tool.name = `files_${tool.name}`;
    expect(tools).toEqual(expected);
  });

  test("a tool whose name does not change is relayed as the very bytes", () => {
    const view = aggregate([catalogOf("files", LISTS)], rules("manual"));
    expect(itemsOf(view.lists.tools.pages[0]!, "tools")).toEqual(LISTS.tools);
  });

  test("any tool survives with every member but its name as it was written", () => {
    const json = fc.jsonValue();
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 20 }),
        fc.dictionary(
          fc.string().filter((key) => !KNOWN.has(key)),
          json,
        ),
        fc.constantFrom(undefined, 2, "\t"),
        (name, extra, indent) => {
          const tool = { ...extra, name, inputSchema: { type: "object", ...extra } };
          tool.inputSchema.type = "object";
          const text = JSON.stringify(tool, undefined, indent);
          const view = aggregate([catalogOf("b", { tools: [text] })]);
          const [listed] = itemsOf(view.lists.tools.pages[0]!, "tools");
          expect(rawMembers(listed!, "name")).toEqual(rawMembers(text, "name"));
          expect(view.tools.get(`b_${name}`)).toEqual({ backend: "b", name });
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** Members whose shape is checked on reading. */
const KNOWN = new Set([
  "name",
  "title",
  "description",
  "icons",
  "annotations",
  "_meta",
  "inputSchema",
  "outputSchema",
  "execution",
  "type",
]);
