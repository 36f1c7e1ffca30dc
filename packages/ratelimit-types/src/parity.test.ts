import { admissionViolations, structuralSchema, withoutNulls } from "@headgate/kube-schema";
import { Environment } from "@marcbachmann/cel-js";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { RateLimitConfig } from "./config.ts";

const schema = structuralSchema(RateLimitConfig);
const cel = new Environment().registerVariable("self", "dyn");
const evaluateCel = (rule: string, self: unknown) => cel.evaluate(rule, { self }) === true;

const odd = fc.oneof(
  fc.constantFrom<unknown>(null, true, "", "1", [], {}, 0, -1, 1.5, 2 ** 31, 2 ** 31 - 1, 1e21),
  fc.jsonValue({ maxDepth: 1 }),
);
const mostly = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 40, arbitrary }, { weight: 1, arbitrary: odd });
const record = (fields: Record<string, fc.Arbitrary<unknown>>) =>
  mostly(
    fc
      .tuple(
        fc.record(fields, { requiredKeys: [] }),
        fc.oneof(
          { weight: 40, arbitrary: fc.dictionary(fc.string(), odd, { maxKeys: 0 }) },
          { weight: 1, arbitrary: fc.dictionary(fc.string(), odd) },
        ),
      )
      .map(([known, unknown]) => Object.assign(unknown, known)),
  );

const bucket = mostly(
  fc.record(
    {
      maxTokens: mostly(fc.integer({ min: 1, max: 2 ** 31 - 1 })),
      refillPeriod: mostly(fc.oneof(fc.constantFrom("1m0s", "1h", "", "never"), fc.string())),
    },
    { requiredKeys: ["maxTokens", "refillPeriod"] },
  ),
);
const tool = record({
  name: mostly(fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h")),
  shared: bucket,
  perUser: bucket,
});
const rule = record({
  name: mostly(fc.constantFrom("a", "b-c", "d", "e", "f", "g", "h", "-", "a".repeat(64))),
  match: record({
    operations: mostly(
      fc.array(mostly(fc.constantFrom("tools/call", "prompts/get")), {
        minLength: 1,
        maxLength: 2,
      }),
    ),
    names: mostly(
      fc.array(mostly(fc.constantFrom("a*", "?", "[", "é".repeat(256))), {
        minLength: 1,
        maxLength: 2,
      }),
    ),
    backends: mostly(fc.array(mostly(fc.constantFrom("a")), { minLength: 1, maxLength: 1 })),
  }),
  per: mostly(fc.subarray(["user"])),
  bucket,
  cost: mostly(fc.integer({ min: 1, max: 3 })),
  mode: mostly(fc.constantFrom("Enforce", "Audit")),
  onStoreFailure: mostly(fc.constantFrom("local", "open", "closed")),
});
const config = record({
  rules: mostly(fc.array(rule, { maxLength: 1 })),
  mode: mostly(fc.constantFrom("Enforce", "Audit")),
  onStoreFailure: mostly(fc.constantFrom("local", "open", "closed")),
  rejection: mostly(fc.constantFrom("result", "error", "http429")),
  exposeQuota: mostly(fc.boolean()),
  shared: bucket,
  perUser: bucket,
  tools: mostly(fc.array(tool, { maxLength: 3 })),
});

test("zod and the API server agree on every rate limit configuration", () => {
  let admitted = 0;
  const runs = 10_000;
  fc.assert(
    fc.property(config, (value) => {
      const violations = admissionViolations(schema, value, evaluateCel);
      const parsed = RateLimitConfig.safeParse(withoutNulls(schema, value));
      if (violations.length === 0) admitted += 1;
      expect({ accepted: parsed.success, value }).toEqual({
        accepted: violations.length === 0,
        value,
      });
    }),
    { numRuns: runs },
  );
  expect(admitted).toBeGreaterThan(runs / 3);
  expect(admitted).toBeLessThan((runs * 9) / 10);
});
