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
      rule: "has(self.shared) || has(self.perUser) || (has(self.tools) && size(self.tools) > 0)",
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
      maxTokens: { type: "integer", format: "int32", minimum: 1, maximum: 2_147_483_647 },
      refillPeriod: { type: "string" },
    },
  });
});
