import { expect, test } from "vitest";
import { Arrivals } from "./arrivals.ts";
import { parsePosted, postedText } from "./envelope.ts";

const posted = (from: string, sequence: number, life = "life") => ({
  from,
  life,
  sequence,
  topic: "topic",
  text: "",
});

test("a hole in one sender's numbers is a gap, and what comes late or twice is not heard", () => {
  const arrivals = new Arrivals(true);
  const heard = [7, 8, 10, 9, 10, 11].map((sequence) => arrivals.judge(posted("a", sequence)));
  expect(heard).toEqual(["next", "next", "after-gap", "late", "late", "next"]);
  expect(arrivals.judge(posted("b", 1))).toBe("next");
});

test("a process that starts again under its old id counts anew", () => {
  const arrivals = new Arrivals(true);
  expect(arrivals.judge(posted("a", 100))).toBe("next");
  expect(arrivals.judge(posted("a", 1, "next life"))).toBe("next");
  expect(arrivals.judge(posted("a", 2, "next life"))).toBe("next");
});

test("where only some messages come here, holes mean nothing", () => {
  const arrivals = new Arrivals(false);
  const heard = [3, 9, 8].map((sequence) => arrivals.judge(posted("a", sequence)));
  expect(heard).toEqual(["next", "next", "late"]);
});

test.each(["", "a b", "a life x topic text", "a life 1 topic"])("%j is not a message", (text) => {
  expect(parsePosted(text)).toBeUndefined();
});

test("a message with spaces and line ends in its text is read as it was written", () => {
  const message = { ...posted("a", 1), text: " a\n b " };
  expect(parsePosted(postedText(message))).toEqual(message);
});
