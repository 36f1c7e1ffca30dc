import { expect, test } from "vitest";
import { LIMIT_FAULTS } from "./limit-faults.ts";
import { ENOUGH_REFUSALS } from "./limit-run.ts";

const PACE = { forMs: 3_000, calls: 400 };

test.each(LIMIT_FAULTS)(
  "three gateways and one store admit no more than the limit says when $name",
  async ({ run }) => {
    const seen = await run(PACE);
    // A call that was under way at a gateway that was killed took its token, and its caller never heard of it.
    const lost = [...seen.failed.values()].reduce((sum, count) => sum + count, 0);
    expect(seen.admitted + lost).toBeGreaterThanOrEqual(100);
    expect(seen.admitted).toBeLessThanOrEqual(seen.atMost);
    expect(seen.refusedAfterwards).toBeGreaterThanOrEqual(ENOUGH_REFUSALS);
  },
  60_000,
);
