import { expect, test } from "vitest";
import { LIMIT_FAULTS } from "./limit-faults.ts";

const PACE = { forMs: 3_000, calls: 400 };

test.each(LIMIT_FAULTS)(
  "three gateways and one store admit no more than the limit says when $name",
  async ({ run }) => {
    const seen = await run(PACE);
    expect(seen.admitted).toBeGreaterThanOrEqual(100);
    expect(seen.admitted).toBeLessThanOrEqual(seen.atMost);
    expect(seen.refused).toBeGreaterThan(0);
  },
  60_000,
);
