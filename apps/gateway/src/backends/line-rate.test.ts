import { expect, test } from "vitest";
import { LineRate } from "./line-rate.ts";

test("lines beyond the rate are left out, counted, and told with the next second", () => {
  let nowMs = 0;
  const emitted: string[] = [];
  const rate = new LineRate({
    maxPerSecond: 2,
    now: () => nowMs,
    emit: (line) => emitted.push(line),
  });
  for (const line of ["a", "b", "c", "d"]) rate.line(line);
  expect(emitted).toEqual(["a", "b"]);
  nowMs = 1000;
  rate.line("e");
  rate.line("f");
  rate.line("g");
  rate.flush();
  rate.flush();
  expect(emitted.slice(2)).toEqual([
    "(2 more lines left out)",
    "e",
    "f",
    "(1 more lines left out)",
  ]);
});
