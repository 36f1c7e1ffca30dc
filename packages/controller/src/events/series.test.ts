import { describe, expect, test } from "vitest";
import type { Happening } from "./event.ts";
import { eventOf } from "./event.ts";
import { EventSeries } from "./series.ts";

const options = { windowMs: 600_000, tellEveryMs: 300_000, most: 3 };

function happening(note = "it broke", name = "a"): Happening {
  const metadata = { namespace: "n", name, uid: name };
  return {
    regarding: { apiVersion: "v1", kind: "ConfigMap", metadata },
    type: "Warning",
    reason: "Broken",
    action: "Reconcile",
    note,
  };
}

describe("what happens again and again", () => {
  test("is told as new once, then with its count, and then every five minutes", () => {
    const series = new EventSeries(options);
    const told: string[] = [];
    for (let second = 0; second < 900; second++) {
      const step = series.note(happening(), `at ${second}`, second * 1_000);
      if (step.write === "new") told.push(`new at ${second}`);
      if (step.write === "count") told.push(`${step.name}: ${step.count} at ${second}`);
    }
    expect(told).toEqual(["new at 0", "at 0: 2 at 1", "at 0: 302 at 301", "at 0: 602 at 601"]);
  });

  test("is new after it did not happen for ten minutes", () => {
    const series = new EventSeries(options);
    series.note(happening(), "first", 0);
    expect(series.note(happening(), "second", 600_001)).toEqual({ write: "new" });
  });

  test("is new when its event is not there any more", () => {
    const series = new EventSeries(options);
    series.note(happening(), "first", 0);
    series.forget(happening());
    expect(series.note(happening(), "second", 1)).toEqual({ write: "new" });
  });
});

test("another object, note or reason is another series", () => {
  const series = new EventSeries(options);
  series.note(happening(), "first", 0);
  expect(series.note(happening("it burst"), "b", 0)).toEqual({ write: "new" });
  expect(series.note(happening("it broke", "other"), "c", 0)).toEqual({ write: "new" });
});

test("of too many series the one that was quiet longest is forgotten", () => {
  const series = new EventSeries(options);
  for (const note of ["a", "b", "c"]) series.note(happening(note), note, 0);
  series.note(happening("a"), "a", 1);
  series.note(happening("d"), "d", 2);
  expect(series.note(happening("a"), "a", 3).write).not.toBe("new");
  expect(series.note(happening("b"), "b", 3)).toEqual({ write: "new" });
});

test("an event keeps to the bounds of the API, whatever it is told", () => {
  const long = "ü".repeat(3_000);
  const event = eventOf(
    { ...happening(long, "n".repeat(253)), reason: long, action: long },
    { controller: "example.com/c", instance: long },
    { nowMs: 0, suffix: "0123456789abcdef" },
  );
  expect(event.metadata.name?.length).toBeLessThanOrEqual(253);
  expect(Buffer.byteLength(event.note)).toBeLessThanOrEqual(1024);
  expect(event.note).toMatch(/^ü+…$/);
  expect(event.reason.length).toBeLessThanOrEqual(128);
});
