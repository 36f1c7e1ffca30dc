import {
  admissionViolations,
  structuralSchema,
  withDefaults,
  withoutNulls,
} from "@headgate/kube-schema";
import { Environment } from "@marcbachmann/cel-js";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { GatewayConfig } from "../src/gateway-config.ts";
import { configArbitrary } from "./config-arbitrary.ts";

const schema = structuralSchema(GatewayConfig);
const cel = new Environment().registerVariable("self", "dyn");
const evaluateCel = (rule: string, self: unknown) => cel.evaluate(rule, { self }) === true;

test("zod and the API server agree on every gateway configuration", { timeout: 120_000 }, () => {
  const runs = 8_000;
  let admitted = 0;
  fc.assert(
    fc.property(configArbitrary(schema, evaluateCel), (config) => {
      const violations = admissionViolations(schema, config, evaluateCel);
      const parsed = GatewayConfig.safeParse(withoutNulls(schema, config));
      if (violations.length === 0) admitted += 1;
      expect({ accepted: parsed.success, issues: parsed.error?.issues, violations }).toMatchObject({
        accepted: violations.length === 0,
      });
      // Both also fill in the same defaults.
      expect(parsed.data ?? null).toEqual(parsed.success ? withDefaults(schema, config) : null);
    }),
    { numRuns: runs },
  );
  expect(admitted).toBeGreaterThan(runs / 3);
  expect(admitted).toBeLessThan((runs * 9) / 10);
});
