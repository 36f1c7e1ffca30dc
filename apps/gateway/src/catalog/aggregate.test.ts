import { Aggregation, type ToolOverride } from "@headgate/api";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type * as z from "zod";
import { aggregate } from "./aggregate.ts";
import type { BackendCatalog, ItemKind } from "./backend-catalog.ts";
import { catalogOf } from "./catalog.fixture.ts";
import { KEY_MEMBER } from "./listed-item.ts";
import type { View } from "./view.ts";

type RulesInput = z.input<typeof Aggregation>;
type Values = Record<string, unknown>[];

function viewOf(catalogs: readonly BackendCatalog[], rules: RulesInput = {}): View {
  return aggregate(catalogs, Aggregation.parse(rules));
}

function listed(view: View, kind: ItemKind): Values {
  return view.lists[kind].pages.flatMap(
    (page) => (JSON.parse(page) as Record<string, Values>)[kind]!,
  );
}

function names(view: View, kind: ItemKind = "tools"): unknown[] {
  return listed(view, kind).map((item) => item[KEY_MEMBER[kind]]);
}

function reasons(view: View): string[] {
  return view.problems.map((one) => `${one.backend} ${one.kind} ${one.name}: ${one.reason}`);
}

const priority = (...priorityOrder: string[]) =>
  ({ conflictResolution: "priority", conflictResolutionConfig: { priorityOrder } }) as const;

describe("prefix", () => {
  const catalogs = [catalogOf("a", { tools: ["x", "y"] }), catalogOf("b", { tools: ["x"] })];

  test("every tool gets its backend's prefix, in configuration order", () => {
    expect(names(aggregate(catalogs))).toEqual(["a_x", "a_y", "b_x"]);
    expect(names(viewOf(catalogs.toReversed()))).toEqual(["b_x", "a_x", "a_y"]);
  });

  test("a name leads to the backend and what the backend calls it", () => {
    expect(viewOf(catalogs).tools.get("b_x")).toEqual({ backend: "b", name: "x" });
    expect(viewOf(catalogs).tools.has("x")).toBe(false);
  });

  test.each([
    ["{workload}_", "a_x"],
    ["{workload}.{workload}/", "a.a/x"],
    ["all_", "all_x"],
    ["", "x"],
  ])("the format %j makes %s", (prefixFormat, name) => {
    const view = viewOf([catalogs[0]!], { conflictResolutionConfig: { prefixFormat } });
    expect(names(view)[0]).toBe(name);
  });

  test("a workload's name is taken literally", () => {
    expect(names(viewOf([catalogOf("$&$1", { tools: ["x"] })]))).toEqual(["$&$1_x"]);
  });

  test("when prefixed names still collide the first in configuration order has the name", () => {
    const colliding = [catalogOf("a", { tools: ["b_c"] }), catalogOf("a_b", { tools: ["c"] })];
    const view = viewOf(colliding);
    expect(names(view)).toEqual(["a_b_c"]);
    expect(view.tools.get("a_b_c")).toEqual({ backend: "a", name: "b_c" });
    expect(reasons(view)).toEqual([expect.stringMatching(/^a_b tools c: .*backend "a"/)]);
    expect(viewOf(colliding.toReversed()).tools.get("a_b_c")?.backend).toBe("a_b");
  });

  test("a tool that a backend lists twice is listed once, as the first", () => {
    const twice = '{"name":"x","inputSchema":{"type":"object"},"description":"second"}';
    const view = viewOf([catalogOf("a", { tools: ["x", twice] })]);
    expect(listed(view, "tools")).toEqual([{ name: "a_x", inputSchema: { type: "object" } }]);
    expect(reasons(view)).toEqual([
      expect.stringContaining("the backend itself lists another one"),
    ]);
  });
});

describe("priority", () => {
  const catalogs = [
    catalogOf("a", { tools: ["x", "only-a"] }),
    catalogOf("b", { tools: ["x", "y"] }),
    catalogOf("c", { tools: ["y", "z"] }),
    catalogOf("d", { tools: ["z"] }),
  ];

  test("a name that only one backend has stays bare", () => {
    expect(names(viewOf(catalogs, priority("a")))).toContain("only-a");
    const unlisted = [catalogOf("e", { tools: ["only-e"] }), ...catalogs];
    expect(names(viewOf(unlisted, priority("a")))).toContain("only-e");
  });

  test("of listed backends the first in the order wins, and the others' tools are left out", () => {
    const view = viewOf(catalogs, priority("b", "a"));
    expect(view.tools.get("x")).toEqual({ backend: "b", name: "x" });
    expect(reasons(view)).toContainEqual(expect.stringMatching(/^a tools x: .*backend "b"/));
  });

  test("a listed backend beats one that is not, wherever it stands", () => {
    const view = viewOf(catalogs, priority("c"));
    expect(view.tools.get("y")?.backend).toBe("c");
    expect(names(view).filter((name) => name === "y")).toHaveLength(1);
  });

  test("when none of those in conflict is listed each gets its backend's prefix", () => {
    const view = viewOf(catalogs, priority("a"));
    expect(names(view)).toEqual(["x", "only-a", "b_y", "c_y", "c_z", "d_z"]);
  });

  test("a name is settled before visibility, so hiding a tool renames no other", () => {
    const rules = { ...priority("a"), tools: [{ workload: "c", excludeAll: true }] };
    expect(names(viewOf(catalogs, rules))).toEqual(["x", "only-a", "b_y", "d_z"]);
  });

  test("a tool that loses to a hidden one is reported as such", () => {
    const view = viewOf(catalogs, {
      ...priority("a"),
      tools: [{ workload: "a", filter: ["only-a"] }],
    });
    expect(names(view)).not.toContain("x");
    expect(reasons(view)).toEqual([
      expect.stringMatching(/^b tools x: .*a hidden one of backend "a"/),
    ]);
  });
});

describe("manual", () => {
  const rules = { conflictResolution: "manual" } as const;
  const catalogs = [
    catalogOf("a", { tools: ["x", "keeps"] }),
    catalogOf("b", { tools: ["x", "also"] }),
  ];

  test("a conflict that is left over costs the later tool, and nothing else", () => {
    const view = viewOf(catalogs, rules);
    expect(names(view)).toEqual(["x", "keeps", "also"]);
    expect(view.tools.get("x")?.backend).toBe("a");
    expect(reasons(view)).toEqual([expect.stringMatching(/^b tools x: .*overrides/)]);
  });

  test("an override that renames one of them removes the conflict", () => {
    const view = viewOf(catalogs, {
      ...rules,
      tools: [{ workload: "b", overrides: { x: { name: "x2" } } }],
    });
    expect(names(view)).toEqual(["x", "keeps", "x2", "also"]);
    expect(view.tools.get("x2")).toEqual({ backend: "b", name: "x" });
    expect(view.problems).toEqual([]);
  });

  test("a hidden tool takes no name from one that is shown", () => {
    const view = viewOf(catalogs, { ...rules, tools: [{ workload: "a", filter: ["keeps"] }] });
    expect(names(view)).toEqual(["keeps", "x", "also"]);
    expect(view.tools.get("x")?.backend).toBe("b");
    expect(view.problems).toEqual([]);
  });
});

describe("overrides", () => {
  const tool =
    '{ "name":"x", "description":"old", "inputSchema":{"type":"object","n":1.0}, "annotations":{"readOnlyHint":false, "custom":1.0} }';
  const bare = '{"inputSchema":{"type":"object"},"name":"y"}';
  const catalogs = [catalogOf("a", { tools: [tool, bare, "constructor"] })];

  function textOf(overrides: Record<string, ToolOverride>): string {
    const rules = {
      conflictResolutionConfig: { prefixFormat: "" },
      tools: [{ workload: "a", overrides }],
    };
    return viewOf(catalogs, rules).lists.tools.pages[0]!;
  }

  test("name, description and hints are replaced in the backend's own text, and nothing else", () => {
    const page = textOf({
      x: {
        name: "X",
        description: 'say "hi"',
        annotations: { readOnlyHint: true, title: "T", openWorldHint: false },
      },
    });
    expect(page).toContain(
      '{ "name":"X", "description":"say \\"hi\\"", "inputSchema":{"type":"object","n":1.0}, "annotations":{"title":"T","openWorldHint":false,"readOnlyHint":true, "custom":1.0} }',
    );
    expect(page).toContain(bare);
  });

  test("what the tool does not have is added", () => {
    const page = textOf({ y: { name: "Y", description: "d", annotations: { title: "T" } } });
    expect(page).toContain(
      '{"inputSchema":{"type":"object"},"name":"Y","description":"d","annotations":{"title":"T"}}',
    );
    expect(page).toContain(tool);
  });

  test("hints are added to an empty object of hints", () => {
    const view = viewOf(
      [
        catalogOf("a", {
          tools: ['{"name":"x","annotations":{ },"inputSchema":{"type":"object"}}'],
        }),
      ],
      { tools: [{ workload: "a", overrides: { x: { annotations: { idempotentHint: true } } } }] },
    );
    expect(listed(view, "tools")).toMatchObject([{ annotations: { idempotentHint: true } }]);
  });

  test("an empty name or description changes nothing", () => {
    expect(textOf({ x: { name: "", description: "" } })).toContain(tool);
  });

  test("a tool that is called like a method of every object is not taken for an override", () => {
    expect(textOf({ x: { name: "X" } })).toContain('"constructor"');
  });

  test("a renamed tool is prefixed under its new name and called under its old one", () => {
    const rules = { tools: [{ workload: "a", overrides: { x: { name: "X" } } }] };
    expect(viewOf(catalogs, rules).tools.get("a_X")).toEqual({ backend: "a", name: "x" });
    expect(viewOf(catalogs, rules).tools.has("a_x")).toBe(false);
  });

  test("an override of another backend's tool of the same name does not apply", () => {
    const rules = { tools: [{ workload: "b", overrides: { x: { name: "X" } } }] };
    expect(names(viewOf(catalogs, rules))).toContain("a_x");
  });
});

describe("visibility", () => {
  const catalogs = [
    catalogOf("a", { tools: ["x", "y"], prompts: ["p"], resources: ["u://a"] }),
    catalogOf("b", { tools: ["x"], prompts: ["p"] }),
  ];

  test.each<[string, RulesInput, string[]]>([
    ["a filter", { tools: [{ workload: "a", filter: ["y"] }] }, ["a_y", "b_x"]],
    ["a filter of nothing that exists", { tools: [{ workload: "a", filter: ["q"] }] }, ["b_x"]],
    ["an empty filter", { tools: [{ workload: "a", filter: [] }] }, ["a_x", "a_y", "b_x"]],
    ["a filter by a prefixed name", { tools: [{ workload: "a", filter: ["a_y"] }] }, ["b_x"]],
    [
      "a filter by the name after an override",
      { tools: [{ workload: "a", filter: ["z"], overrides: { x: { name: "z" } } }] },
      ["a_z", "b_x"],
    ],
    [
      "a filter by the name before an override",
      { tools: [{ workload: "a", filter: ["x"], overrides: { x: { name: "z" } } }] },
      ["b_x"],
    ],
    ["excludeAll", { tools: [{ workload: "a", excludeAll: true }] }, ["b_x"]],
    ["excludeAllTools", { excludeAllTools: true }, []],
    ["deny without entries", { defaultToolVisibility: "deny" }, []],
    ["deny with an entry", { defaultToolVisibility: "deny", tools: [{ workload: "b" }] }, ["b_x"]],
    ["allow", { defaultToolVisibility: "allow" }, ["a_x", "a_y", "b_x"]],
  ])("%s shows exactly what it says, and routes nothing else", (_, rules, shown) => {
    const view = viewOf(catalogs, rules);
    expect(names(view)).toEqual(shown);
    expect([...view.tools.keys()]).toEqual(shown);
    expect(view.lists.tools.count).toBe(shown.length);
    expect(view.problems).toEqual([]);
  });

  test("prompts and resources are shown whatever is hidden of the tools", () => {
    const view = viewOf(catalogs, { excludeAllTools: true });
    expect(names(view, "prompts")).toEqual(["a_p", "b_p"]);
    expect(names(view, "resources")).toEqual(["u://a"]);
  });
});

describe("prompts", () => {
  const catalogs = [
    catalogOf("a", { prompts: ["p", "b_p"] }),
    catalogOf("b", { prompts: ["p"] }),
    catalogOf("c", { prompts: ["p"] }),
  ];

  test.each(["prefix", "manual"] as const)("under %s all are prefixed", (conflictResolution) => {
    const view = viewOf(catalogs, { conflictResolution });
    expect(names(view, "prompts")).toEqual(["a_p", "a_b_p", "b_p", "c_p"]);
    expect(view.prompts.get("b_p")).toEqual({ backend: "b", name: "p" });
  });

  test("under priority listed backends keep bare names, the best rank first", () => {
    const view = viewOf(catalogs, priority("b", "a"));
    expect(names(view, "prompts")).toEqual(["b_p", "p", "c_p"]);
    expect(view.prompts.get("p")?.backend).toBe("b");
    expect(reasons(view)).toEqual([expect.stringMatching(/^a prompts p: .*backend "b"/)]);
  });

  test("two that ask for one name cost only the one that comes later", () => {
    const rules = { conflictResolutionConfig: { prefixFormat: "all_" } };
    const view = viewOf(catalogs, rules);
    expect(view.prompts.get("all_p")?.backend).toBe("a");
    expect(names(view, "prompts")).toEqual(["all_p", "all_b_p"]);
    expect(view.problems).toHaveLength(2);
  });
});

describe("resources", () => {
  const catalogs = [
    catalogOf("a", { resources: ["u://1"], resourceTemplates: ["t://{x}"] }),
    catalogOf("b", { resources: ["u://2", "u://1"], resourceTemplates: ["t://{x}", "u://{n}"] }),
  ];

  test("the first backend that lists an address owns it; the address is not rewritten", () => {
    const view = viewOf(catalogs);
    expect(names(view, "resources")).toEqual(["u://1", "u://2"]);
    expect(names(view, "resourceTemplates")).toEqual(["t://{x}", "u://{n}"]);
    expect(view.resourceOwner("u://1")).toBe("a");
    expect(view.resourceOwner("u://3")).toBe("b");
    expect(view.referenceOwner("t://{x}")).toBe("a");
    expect(reasons(view)).toEqual([
      expect.stringContaining("b resources u://1"),
      expect.stringContaining("b resourceTemplates t://{x}"),
    ]);
  });
});

describe("names that clients may refuse", () => {
  test("they are listed, callable and reported", () => {
    const long = "n".repeat(127);
    const view = viewOf([catalogOf("a", { tools: [long, "sp ace", "ok.name/v-1_0", "é"] })]);
    expect(names(view)).toEqual([`a_${long}`, "a_sp ace", "a_ok.name/v-1_0", "a_é"]);
    expect(view.tools.size).toBe(4);
    expect(reasons(view)).toEqual([
      expect.stringContaining("129 characters"),
      expect.stringContaining("a_sp ace: the advertised name has characters outside"),
      expect.stringContaining("a_é"),
    ]);
  });

  test("a hidden one is not worth a word", () => {
    const view = viewOf([catalogOf("a", { tools: ["sp ace"] })], { excludeAllTools: true });
    expect(view.problems).toEqual([]);
  });
});

describe("the whole view", () => {
  test("capabilities, instructions and problems of reading come along", () => {
    const problem = { backend: "a", kind: "tools", name: "bad", reason: "left out" } as const;
    const view = viewOf([
      catalogOf(
        "a",
        {},
        { capabilities: { logging: {} }, instructions: "A.", problems: [problem] },
      ),
      catalogOf("b", {}, { instructions: "B." }),
    ]);
    expect(JSON.parse(view.capabilities)).toHaveProperty("logging");
    expect(view.instructions).toBe("## a\n\nA.\n\n## b\n\nB.");
    expect(view.problems).toEqual([problem]);
  });

  test("no backends make an empty view", () => {
    const view = aggregate([]);
    expect(view.lists.tools.pages).toEqual(['{"tools":[]}']);
    expect(view.lists.resourceTemplates.pages).toEqual(['{"resourceTemplates":[]}']);
    expect(view.instructions).toBeUndefined();
    expect(view.resourceOwner("x")).toBeUndefined();
  });
});

describe("laws", () => {
  const key = fc.constantFrom("x", "y", "z", "a_x", "b_a_x");
  const backend = fc.constantFrom("a", "b", "c", "a_b", "b_a");
  const catalogs = fc.uniqueArray(
    fc.record({
      backend,
      tools: fc.array(key, { maxLength: 5 }),
      prompts: fc.array(key, { maxLength: 3 }),
    }),
    { selector: (one) => one.backend, maxLength: 5 },
  );
  const rules = fc.record({
    conflictResolution: fc.constantFrom("prefix" as const, "priority" as const, "manual" as const),
    conflictResolutionConfig: fc.record({
      prefixFormat: fc.constantFrom("{workload}_", "all_", ""),
      priorityOrder: fc.array(backend),
    }),
    tools: fc.uniqueArray(
      fc.record(
        {
          workload: backend,
          filter: fc.array(key),
          overrides: fc.dictionary(key, fc.record({ name: key })),
          excludeAll: fc.boolean(),
        },
        { requiredKeys: ["workload"] },
      ),
      { selector: (one) => one.workload },
    ),
    defaultToolVisibility: fc.constantFrom("allow" as const, "deny" as const),
  });

  test("names are unique, each leads to a tool that its backend has, and none is lost unreported", () => {
    fc.assert(
      fc.property(catalogs, rules, (offered, ruled) => {
        const view = viewOf(
          offered.map((one) => catalogOf(one.backend, one)),
          ruled,
        );
        for (const kind of ["tools", "prompts"] as const) {
          const shown = names(view, kind);
          expect(new Set(shown).size).toBe(shown.length);
          expect([...view[kind].keys()]).toEqual(shown);
          for (const route of view[kind].values())
            expect(offered.find((one) => one.backend === route.backend)?.[kind]).toContain(
              route.name,
            );
        }
        const prompts = offered.flatMap((one) => one.prompts).length;
        const lost = view.problems.filter((one) => one.kind === "prompts").length;
        expect(view.prompts.size + lost).toBe(prompts);
      }),
      { numRuns: 500 },
    );
  });

  test("equal inputs give equal views", () => {
    fc.assert(
      fc.property(catalogs, rules, (offered, ruled) => {
        const once = () =>
          viewOf(
            offered.map((one) => catalogOf(one.backend, one)),
            ruled,
          );
        const [one, two] = [once(), once()];
        expect(one.lists).toEqual(two.lists);
        expect([...one.tools]).toEqual([...two.tools]);
        expect([...one.prompts]).toEqual([...two.prompts]);
        expect(one.problems).toEqual(two.problems);
      }),
    );
  });

  test("what one backend offers never takes a tool away from those before it, unless it is ranked", () => {
    fc.assert(
      fc.property(catalogs, rules, (offered, ruled) => {
        fc.pre(ruled.conflictResolution !== "priority");
        const all = offered.map((one) => catalogOf(one.backend, one));
        const shown = [...viewOf(all.slice(0, -1), ruled).tools];
        expect([...viewOf(all, ruled).tools].slice(0, shown.length)).toEqual(shown);
      }),
    );
  });
});

test("merging 10 backends of 50 tools takes a few milliseconds", () => {
  const schema = {
    type: "object",
    properties: { text: { type: "string", description: "d".repeat(400) } },
  };
  const tools = Array.from({ length: 50 }, (_, index) =>
    JSON.stringify({ name: `tool_${index}`, description: "x".repeat(200), inputSchema: schema }),
  );
  const overrides = { tool_1: { name: "one", annotations: { readOnlyHint: true } } };
  const catalogs = Array.from({ length: 10 }, (_, index) => catalogOf(`b${index}`, { tools }));
  const rules = Aggregation.parse({ tools: [{ workload: "b1", overrides }] });
  const timesMs = Array.from({ length: 20 }, () => {
    const started = performance.now();
    aggregate(catalogs, rules);
    return performance.now() - started;
  });
  expect(Math.min(...timesMs)).toBeLessThan(10);
});
