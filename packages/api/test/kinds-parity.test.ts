import {
  admissionViolations,
  structuralSchema,
  withDefaults,
  withoutNulls,
} from "@headgate/kube-schema";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KINDS } from "../src/kinds/index.ts";
import { evaluateCel } from "./cel.ts";
import { configArbitrary } from "./config-arbitrary.ts";

// The two with authorization servers and whole gateways in them have the most to disagree about.
const RUNS: Readonly<Record<string, number>> = {
  VirtualMCPServer: 600,
  MCPExternalAuthConfig: 400,
};
const OTHER_RUNS = 100;

describe.each(KINDS)("$kind", ({ kind, spec }) => {
  const schema = structuralSchema(spec);
  const runs = RUNS[kind] ?? OTHER_RUNS;

  test("zod and the API server agree on every spec", { timeout: 120_000 }, () => {
    let admitted = 0;
    fc.assert(
      fc.property(configArbitrary(schema, evaluateCel), (value) => {
        const violations = admissionViolations(schema, value, evaluateCel);
        const parsed = spec.safeParse(withoutNulls(schema, value));
        if (violations.length === 0) admitted += 1;
        expect({
          accepted: parsed.success,
          issues: parsed.error?.issues,
          violations,
          value,
        }).toMatchObject({ accepted: violations.length === 0 });
        // Both also fill in the same defaults.
        expect(parsed.data ?? null).toEqual(parsed.success ? withDefaults(schema, value) : null);
      }),
      { numRuns: runs },
    );
    expect(admitted).toBeGreaterThan(runs / 3);
  });
});
