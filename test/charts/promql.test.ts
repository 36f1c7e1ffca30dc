import { describe, expect, test } from "vitest";
import { alertExpressions, dashboardExpressions } from "./expressions.ts";
import { readPromQl } from "./promql.ts";

const alerts = await alertExpressions();
const panels = await dashboardExpressions();

test("alerts and dashboard ask for something", () => {
  expect(alerts.length).toBeGreaterThan(5);
  expect(panels.filter(({ of }) => of.startsWith("panel")).length).toBeGreaterThan(10);
  expect(panels.filter(({ of }) => of.startsWith("variable"))).toHaveLength(2);
});

describe.each([...alerts, ...panels])("the $of", ({ text }) => {
  test("asks in PromQL", () => {
    expect(readPromQl(text).metrics.length).toBeGreaterThan(0);
  });

  test("takes rates of counters alone", () => {
    const { overTime } = readPromQl(text);
    expect(overTime.filter((name) => !/_(total|count|sum|bucket)$/.test(name))).toEqual([]);
  });
});

test.each([
  ["a bracket that is not closed", "max(a"],
  ["a label without a value", "a{b=}"],
  ["a variable of Grafana for a length of time", "rate(a[$__rate_interval])"],
  ["a function that there is not", "summ(a) by (b)"],
  ["a selector of any metric", '{a="b"}'],
])("%s is not taken for PromQL", (_what, text) => {
  expect(() => readPromQl(text)).toThrow(SyntaxError);
});
