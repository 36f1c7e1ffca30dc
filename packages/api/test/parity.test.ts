import {
  admissionViolations,
  structuralSchema,
  withDefaults,
  withoutNulls,
} from "@headgate/kube-schema";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { GatewayConfig } from "../src/gateway-config.ts";
import { evaluateCel } from "./cel.ts";
import { configArbitrary } from "./config-arbitrary.ts";

const schema = structuralSchema(GatewayConfig);

test("zod and the API server agree on every gateway configuration", { timeout: 120_000 }, () => {
  const runs = 4_000;
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
