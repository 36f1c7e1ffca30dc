import { describe, expect, test } from "vitest";
import { pathText } from "../problem.ts";
import { rateLimitRules } from "./rate-limits.ts";

type ConfigDraft = Parameters<typeof rateLimitRules>[0];

const BUCKET = { maxTokens: 1, refillPeriod: "1s" };
const REDIS = { sessionStorage: { provider: "redis" } } as const;

function told(draft: ConfigDraft): string[] {
  return rateLimitRules({ ...REDIS, ...draft }).map(
    ({ severity, path, message }) => `${severity} ${pathText(path)} ${message}`,
  );
}

const EVERY_USER: ConfigDraft = {
  rateLimiting: {
    shared: BUCKET,
    perUser: BUCKET,
    tools: [
      { name: "a", shared: BUCKET },
      { name: "b", perUser: BUCKET },
    ],
    rules: [
      { name: "all", bucket: BUCKET },
      { name: "each", per: ["user"], bucket: BUCKET },
    ],
  },
};

describe("limits per user", () => {
  test("are refused where callers are nobody, each in its place", () => {
    const message = "needs callers who are somebody, but incomingAuth is `anonymous`";
    expect(told({ ...EVERY_USER, incomingAuth: { type: "anonymous" } })).toEqual([
      `error rateLimiting.perUser ${message}`,
      `error rateLimiting.tools[1].perUser ${message}`,
      `error rateLimiting.rules[1].per[0] ${message}`,
    ]);
  });

  test.each(["oidc", "local"])("stand with incomingAuth %s", (type) => {
    expect(told({ ...EVERY_USER, incomingAuth: { type } })).toEqual([]);
  });
});

describe("rules", () => {
  test("have rates that can be kept, and match what there is", () => {
    const rules = [
      { name: "fast", bucket: { maxTokens: 2_000_000, refillPeriod: "1s" } },
      { name: "typo", bucket: { maxTokens: 1, refillPeriod: "5x" } },
      {
        name: "never",
        match: { operations: ["tools/call", "tools/list"] as const, names: ["a_*"] },
        bucket: BUCKET,
      },
    ];
    expect(told({ rateLimiting: { rules } }).map((line) => line.split(" ").slice(0, 2))).toEqual([
      ["error", "rateLimiting.rules[0].bucket"],
      ["error", "rateLimiting.rules[1].bucket.refillPeriod"],
      ["error", "rateLimiting.rules[2].match.operations[1]"],
    ]);
  });

  test("of which one has no form yet do not hide what is wrong with others", () => {
    const rules = [
      { name: "half" },
      { name: "fast", bucket: { maxTokens: 2_000_000, refillPeriod: "1s" } },
    ];
    expect(told({ rateLimiting: { rules } })).toHaveLength(1);
  });
});

describe("names that no tool can have", () => {
  const AGGREGATED: ConfigDraft = {
    backends: [{ name: "files" }, { name: "docs" }],
    aggregation: {
      conflictResolution: "prefix",
      conflictResolutionConfig: { prefixFormat: "{workload}_" },
    },
  };
  const warned = (names: string[], more: ConfigDraft = {}): string[] =>
    told({
      ...AGGREGATED,
      ...more,
      rateLimiting: { rules: [{ name: "r", match: { names }, bucket: BUCKET }] },
    }).map((line) => line.split(" ")[1] ?? "");

  test("are told of, in tools and in rules", () => {
    const tools = ["files_read", "file_read", "read"].map((name) => ({ name, shared: BUCKET }));
    expect(told({ ...AGGREGATED, rateLimiting: { tools } })).toEqual([
      "warning rateLimiting.tools[1].name is over no tool that this aggregation can show",
      "warning rateLimiting.tools[2].name is over no tool that this aggregation can show",
    ]);
    expect(warned(["files_*", "*_read", "fi?es_x", "d*", "x*", "file", "file*"])).toEqual([
      "rateLimiting.rules[0].match.names[4]",
      "rateLimiting.rules[0].match.names[5]",
    ]);
  });

  test.each<[string, ConfigDraft]>([
    ["without prefixes", { aggregation: { conflictResolution: "manual" } }],
    ["without backends", { backends: [] }],
    ["with a backend whose name is not known", { backends: [{ name: "files" }, undefined] }],
  ])("cannot be told %s", (_, more) => {
    expect(warned(["x*"], more)).toEqual([]);
  });

  test("are not looked for among resources, which have URIs", () => {
    const rule = {
      name: "r",
      match: { operations: ["resources/read"] as const, names: ["file:*"] },
      bucket: BUCKET,
    };
    expect(told({ ...AGGREGATED, rateLimiting: { rules: [rule] } })).toEqual([]);
  });
});

test.each<[string, ConfigDraft]>([
  ["nothing said of it", { sessionStorage: undefined }],
  ["memory asked for", { sessionStorage: { provider: "memory" } }],
])("with %s, limits are warned to count in one process alone", (_, more) => {
  const [warning] = told({ ...more, rateLimiting: { shared: BUCKET } });
  expect(warning).toMatch(/^warning rateLimiting is counted by this process alone/);
});
