import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ItemKind } from "./backend-catalog.ts";
import { listPages, pageAt } from "./pages.ts";
import type { View } from "./view.ts";

interface Page {
  readonly tools: readonly unknown[];
  readonly nextCursor?: string;
}

function listsOf(tools: readonly string[], pageSize?: number): View["lists"] {
  return {
    tools: listPages("tools", tools, pageSize),
    prompts: listPages("prompts", tools, pageSize),
    resources: listPages("resources", []),
    resourceTemplates: listPages("resourceTemplates", []),
  };
}

function read(lists: View["lists"], cursor?: string): Page {
  const page = pageAt(lists, "tools", cursor);
  if (!page.ok) throw new Error("bad cursor");
  return JSON.parse(page.text) as Page;
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index));

describe("pages", () => {
  test("following the cursors gives every item once, in order, and no cursor at the end", () => {
    fc.assert(
      fc.property(fc.nat({ max: 40 }), fc.integer({ min: 1, max: 12 }), (count, size) => {
        const lists = listsOf(numbers(count), size);
        const seen: unknown[] = [];
        let cursor: string | undefined;
        let pages = 0;
        do {
          const page = read(lists, cursor);
          expect(page.tools.length).toBeLessThanOrEqual(size);
          seen.push(...page.tools);
          cursor = page.nextCursor;
          pages++;
        } while (cursor !== undefined);
        expect(seen.map(String)).toEqual(numbers(count));
        expect(pages).toBe(Math.max(1, Math.ceil(count / size)));
        expect(lists.tools.count).toBe(count);
      }),
    );
  });

  test("1000 items are one page and 1001 are two", () => {
    expect(listsOf(numbers(1000)).tools.pages).toHaveLength(1);
    expect(listsOf(numbers(1001)).tools.pages).toHaveLength(2);
  });

  test("an item's text stands on its page to the letter", () => {
    const item = '{ "n" : 1.0, "m":9007199254740993,"s":"\\u0061" }';
    expect(listsOf([item]).tools.pages[0]).toBe(`{"tools":[${item}]}`);
  });

  test("asking for a page again costs nothing: it is the very same text", () => {
    const lists = listsOf(numbers(3), 2);
    const [one, two] = [pageAt(lists, "tools", ""), pageAt(lists, "tools", "")];
    expect(one).toEqual(two);
    expect(one).toEqual({ ok: true, text: lists.tools.pages[0] });
  });
});

describe("cursors", () => {
  const lists = listsOf(numbers(5), 2);

  test.each([undefined, null, ""])("%j asks for the first page", (cursor) => {
    expect(pageAt(lists, "tools", cursor)).toEqual({ ok: true, text: lists.tools.pages[0] });
  });

  test("a cursor is printable without escaping in a URL or in JSON", () => {
    expect(read(lists).nextCursor).toMatch(/^[\w-]+$/);
  });

  test("a cursor of another kind is no cursor here", () => {
    const cursor = lists.tools.cursors[1];
    expect(pageAt(lists, "tools", cursor).ok).toBe(true);
    expect(pageAt(lists, "prompts", cursor)).toEqual({ ok: false });
  });

  test("a cursor of the list before it changed is no cursor any more", () => {
    const cursor = lists.tools.cursors[1];
    expect(pageAt(listsOf(numbers(6), 2), "tools", cursor)).toEqual({ ok: false });
    expect(pageAt(listsOf(["0", "1", "2", "3", "9"], 2), "tools", cursor)).toEqual({ ok: false });
  });

  test("gateways with equal lists take each other's cursors", () => {
    expect(pageAt(listsOf(numbers(5), 2), "tools", lists.tools.cursors[2]).ok).toBe(true);
  });

  test("no made-up cursor leads anywhere", () => {
    const kinds: ItemKind[] = ["tools", "prompts", "resources", "resourceTemplates"];
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.constantFrom(...kinds), (cursor, kind) => {
        expect(pageAt(lists, kind, cursor)).toEqual({ ok: false });
      }),
    );
  });
});
