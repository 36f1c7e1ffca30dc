import { defineBucket } from "@headgate/token-bucket";
import { expect, test } from "vitest";
import { durationInWords, rateInWords } from "./rate-in-words.ts";

const MINUTE = 60_000_000;
const DAY = 86_400_000_000;

test.each([
  [60, MINUTE, 1, "60 calls at once, then one every second"],
  [1, MINUTE, 1, "1 call at once, then one every minute"],
  [600, MINUTE, 1, "600 calls at once, then 10 every second"],
  [1_000, 60 * MINUTE, 1, "1000 calls at once, then one every 3.6 seconds"],
  [7, MINUTE, 1, "7 calls at once, then one every about 8.571 seconds"],
  [3, 30 * DAY, 1, "3 calls at once, then one every 10 days"],
  [1, DAY, 1, "1 call at once, then one every day"],
  [4, 6 * MINUTE, 1, "4 calls at once, then one every 1 minute 30 seconds"],
  [4, 1_000_000, 1, "4 calls at once, then 4 every second"],
  [3, 450_000, 1, "3 calls at once, then one every 150 ms"],
  [60, MINUTE, 5, "12 calls at once, then one every 5 seconds"],
  [61, 61_000_000, 60, "1 call at once, then one every minute"],
])("%i in %i µs, at a cost of %i: %s", (capacity, periodMicros, weight, words) => {
  expect(rateInWords(defineBucket({ key: "k", capacity, periodMicros, weight }))).toBe(words);
});

test("what is limited has its own name", () => {
  const bucket = defineBucket({ key: "k", capacity: 2, periodMicros: 2 * MINUTE });
  expect(rateInWords(bucket, "request")).toBe("2 requests at once, then one every minute");
});

test.each([
  [1, "0.001 ms"],
  [3_600_000_000, "1 hour"],
  [90_061_000_000, "about 1.042 days"],
  [90_000_000_000, "1 day 1 hour"],
])("%i µs are %s", (micros, words) => {
  expect(durationInWords(micros)).toBe(words);
});
