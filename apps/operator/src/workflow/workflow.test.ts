import { CompositeTool } from "@headgate/api";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { workflowProblems } from "./workflow.ts";

const tool = (more: object) =>
  CompositeTool.parse({ name: "tool", description: "A tool", steps: [], ...more });
const messages = (more: object) => workflowProblems(tool(more)).map(({ message }) => message);
const step = (id: string, more: object = {}) => ({ id, tool: "read", ...more });

test.each(["abort", "continue", "skip_remaining"])(
  "what people decline or dismiss may %s",
  (action) => {
    const question = { id: "ask", type: "elicitation", message: "Go on?", schema: {} };
    const steps = [step("before"), { ...question, onDecline: { action }, onCancel: { action } }];
    expect(messages({ steps })).toEqual([]);
  },
);

test("what may be skipped needs a stand-in for each field that others read, and for no other", () => {
  const reader = step("reader", {
    arguments: { a: "{{.steps.maybe.output.here}}", b: "{{json .steps.maybe.output.gone}}" },
  });
  const maybe = { condition: "{{.params.x}}", defaultResults: { here: 1 } };
  expect(messages({ steps: [step("maybe", maybe), reader] })).toEqual([
    "steps[0].defaultResults.gone: is missing: steps[1].arguments.b reads it, and the step may be skipped or fail",
  ]);
  expect(messages({ steps: [step("maybe", { onError: { action: "continue" } })] })).toEqual([]);
  expect(messages({ steps: [step("maybe"), reader] })).toEqual([]);
});

test("a hundred steps are the most", () => {
  const steps = Array.from({ length: 101 }, (_, index) => step(`s${index}`));
  expect(messages({ steps })).toEqual(["steps: must be at most 100"]);
  expect(messages({ steps: steps.slice(1) })).toEqual([]);
});

test("steps in any order without a circle are never said to have one, and a circle always is", () => {
  const orders = fc.uniqueArray(fc.integer({ min: 0, max: 20 }), { minLength: 2, maxLength: 12 });
  fc.assert(
    fc.property(orders, fc.infiniteStream(fc.nat()), (order, numbers) => {
      const rank = (id: number) => order.indexOf(id);
      const steps = order
        .toSorted((a, b) => a - b)
        .map((id) => {
          const before = order.slice(0, rank(id));
          const pick = before[Number(numbers.next().value) % Math.max(1, before.length)];
          return step(`s${id}`, { dependsOn: pick === undefined ? [] : [`s${pick}`] });
        });
      expect(messages({ steps })).toEqual([]);
      const closed = [
        ...steps,
        step("x", { dependsOn: ["y"] }),
        step("y", { dependsOn: ["x", `s${order[0]}`] }),
      ];
      expect(workflowProblems(tool({ steps: closed })).map(({ reason }) => reason)).toEqual([
        "DependencyCycle",
      ]);
    }),
  );
});

test("whatever stands where anything may stand is judged without an error", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (free, any) => {
      const inner = { tool: any, type: any, condition: any, arguments: any, onError: any };
      const given = tool({
        parameters: free,
        steps: [
          step("a", { arguments: free }),
          { id: "b", type: "forEach", collection: "{{.params}}", step: { ...free, ...inner } },
        ],
        output: {
          properties: { x: { type: "object", description: "x", properties: { ...free, y: any } } },
        },
      });
      expect(Array.isArray(workflowProblems(given))).toBe(true);
    }),
  );
});
