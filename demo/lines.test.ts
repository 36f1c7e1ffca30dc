import { expect, test } from "vitest";
import { liveLine } from "./live.ts";
import { readLogLine } from "./log-record.ts";
import { lookFor, shortened } from "./look.ts";
import { storyLines } from "./story-lines.ts";

const plain = lookFor({ colours: false, width: 80 });
const call = {
  level: "debug",
  time: "2026-01-02T10:20:30.400Z",
  method: "tools/call",
  client: "an editor",
  backend: "memory",
  target: "memory_read_graph",
  outcome: "result",
  seconds: 0.0123,
  msg: "call",
};

function shown(fields: object): string | undefined {
  const record = readLogLine(JSON.stringify({ ...call, ...fields }));
  return record && liveLine(record, plain)?.replace(/^\d\d:\d\d:\d\d {2}/, "");
}

test.each([
  [{}, "an editor           answered      12 ms  memory_read_graph → memory"],
  [
    { outcome: "refused", backend: undefined },
    "an editor           limited       12 ms  memory_read_graph",
  ],
  [
    { outcome: "failed", target: undefined, backend: undefined },
    "an editor           failed        12 ms  tools/call",
  ],
  [{ client: undefined }, "unnamed             answered      12 ms  memory_read_graph → memory"],
  [{ msg: "backend is healthy" }, "memory is back"],
  [{ msg: "backend is not healthy", reason: "It ended." }, "It ended."],
])("the log record with %j is shown as one line", (fields, line) => {
  expect(shown(fields)).toBe(line);
});

test("what the log tells besides calls and health is not shown", () => {
  expect(shown({ msg: "told to stop" })).toBeUndefined();
  expect(readLogLine("not JSON at all")).toBeUndefined();
});

test("a client cannot write to the terminal by its name", () => {
  expect(shown({ client: "a\u001B[31m\nb\u202E" })).toMatch(/^a \[31m b +answered/);
});

test("a text is cut where the line ends, and says so", () => {
  expect(shortened("one\n  two   three", 9)).toBe("one two…");
  expect(shortened("one two", 7)).toBe("one two");
  expect(shortened("😀😀😀", 2)).toBe("😀…");
});

test("a narrow terminal gets shorter lines of the story", () => {
  const lines = storyLines(
    {
      kind: "answered",
      tool: "a_tool",
      args: { text: "x".repeat(200) },
      answer: "y".repeat(200),
      ms: 5,
    },
    plain,
  );
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});
