import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEverything } from "../fixtures/everything/listen.ts";
import type { Everything } from "../fixtures/everything/listen.ts";
import { runConformance } from "./run.ts";
import { SUITES, complaints } from "./yardstick.ts";

describe("the everything fixture, which is the yardstick for the gateway", () => {
  let fixture: Everything;

  beforeAll(async () => {
    fixture = await startEverything({ port: 0 });
  });

  afterAll(() => fixture.close());

  test.concurrent.each(SUITES)(
    "passes every check of $revision without a warning",
    async ({ flags, complete }) => {
      const run = await runConformance(fixture.url, flags);
      expect({ rc: run.rc, passed: run.passed, complaints: complaints(run) }).toEqual({
        rc: 0,
        passed: complete,
        complaints: [],
      });
    },
  );
});

test("a server that does not answer as it should is complained about by name", async () => {
  const fixture = await startEverything({ port: 0 });
  try {
    const elsewhere = fixture.url.replace("/mcp", "/elsewhere");
    const run = await runConformance(elsewhere, ["--scenario", "ping"]);
    expect(run.rc).toBe(1);
    expect(complaints(run)).toEqual([expect.stringContaining("FAILURE ping/ping: ")]);
  } finally {
    await fixture.close();
  }
});
