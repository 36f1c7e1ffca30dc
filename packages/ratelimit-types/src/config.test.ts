import { structuralSchema } from "@headgate/kube-schema";
import { expect, test } from "vitest";
import { RateLimitConfig, ToolRateLimitConfig } from "./config.ts";

const bucket = { maxTokens: 10, refillPeriod: "1m0s" };

test.each([
  ["a shared bucket", { shared: bucket }],
  ["a bucket per user", { perUser: bucket }],
  ["a limited tool", { tools: [{ name: "echo", shared: bucket }] }],
  [
    "everything at once",
    { shared: bucket, perUser: bucket, tools: [{ name: "a", shared: bucket, perUser: bucket }] },
  ],
  ["a rule alone", { rules: [{ name: "a", bucket }] }],
  [
    "a rule with everything",
    {
      rules: [
        {
          name: "expensive-reads",
          match: {
            operations: ["resources/read", "tools/call"],
            names: ["db_*", "file:///?"],
            backends: ["db"],
          },
          per: ["user"],
          bucket,
          cost: 10,
          mode: "Audit",
          onStoreFailure: "closed",
        },
      ],
      mode: "Enforce",
      onStoreFailure: "open",
      rejection: "http429",
      exposeQuota: true,
    },
  ],
  [
    "a period that is no duration, which is another check's business",
    { shared: { maxTokens: 1, refillPeriod: "?" } },
  ],
])("%s is accepted", (_, config) => {
  expect(RateLimitConfig.parse(config)).toEqual(config);
});

test.each([
  ["an empty configuration", {}, "at least one of shared, perUser, or tools must be configured"],
  [
    "an empty list of tools",
    { tools: [] },
    "at least one of shared, perUser, or tools must be configured",
  ],
  [
    "a tool without a bucket",
    { tools: [{ name: "a" }] },
    "at least one of shared or perUser must be configured",
  ],
  ["a bucket without tokens", { shared: { ...bucket, maxTokens: 0 } }, "expected number to be >=1"],
  ["half a token", { shared: { ...bucket, maxTokens: 1.5 } }, "expected int"],
  ["more tokens than 32 bits hold", { shared: { ...bucket, maxTokens: 2 ** 31 } }, "<=2147483647"],
  ["a tool without a name", { tools: [{ name: "", shared: bucket }] }, ">=1 characters"],
  ["an empty list of rules", { rules: [] }, "must be configured"],
  [
    "a rule that costs more than its bucket holds",
    { rules: [{ name: "a", bucket, cost: 11 }] },
    "cost must not be more than bucket.maxTokens",
  ],
  [
    "a rule over a method that no limit can be over",
    { rules: [{ name: "a", match: { operations: ["ping"] }, bucket }] },
    "expected one of",
  ],
  [
    "a glob with brackets",
    { rules: [{ name: "a", match: { names: ["[ab]"] }, bucket }] },
    "* stands for any text",
  ],
  [
    "the same rule twice",
    {
      rules: [
        { name: "a", bucket },
        { name: "a", bucket },
      ],
    },
    'duplicate entry {"name":"a"}',
  ],
  [
    "more than 64 rules",
    { rules: Array.from({ length: 65 }, (_, index) => ({ name: `a${index}`, bucket })) },
    "<=64",
  ],
  ["an unknown field", { shared: bucket, burst: 3 }, "burst"],
  [
    "the same tool twice",
    {
      tools: [
        { name: "a", shared: bucket },
        { name: "a", perUser: bucket },
      ],
    },
    'duplicate entry {"name":"a"}',
  ],
])("%s is refused", (_, config, reason) => {
  const parsed = RateLimitConfig.safeParse(config);
  expect(parsed.error?.issues.map(({ message }) => message).join("\n")).toContain(reason);
});

test("the schema for Kubernetes carries bounds, list keys and CEL rules", () => {
  const schema = structuralSchema(RateLimitConfig);
  expect(schema["x-kubernetes-validations"]).toEqual([
    {
      rule: "has(self.shared) || has(self.perUser) || (has(self.tools) && size(self.tools) > 0) || (has(self.rules) && size(self.rules) > 0)",
      message: "at least one of shared, perUser, or tools must be configured",
    },
  ]);
  expect(schema.properties?.["tools"]).toMatchObject({
    type: "array",
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["name"],
    items: {
      required: ["name"],
      "x-kubernetes-validations": [
        {
          rule: "has(self.shared) || has(self.perUser)",
          message: "at least one of shared or perUser must be configured",
        },
      ],
    },
  });
  expect(structuralSchema(ToolRateLimitConfig).properties?.["shared"]).toMatchObject({
    required: ["maxTokens", "refillPeriod"],
    properties: {
      maxTokens: { type: "integer", format: "int32", minimum: 1 },
      refillPeriod: { type: "string" },
    },
  });
});
