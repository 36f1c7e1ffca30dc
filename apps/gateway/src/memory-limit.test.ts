import { expect, test } from "vitest";
import { memoryLimitBytes } from "./memory-limit.ts";

const MIB = 1024 * 1024;
const machine = 16_384 * MIB;

test("a container bounds memory", () => {
  expect(memoryLimitBytes({ constrained: 512 * MIB, machine, heap: 4_096 * MIB })).toBe(512 * MIB);
});

test.each([0, 2 ** 63])("without a container (%d) the machine bounds memory", (constrained) => {
  expect(memoryLimitBytes({ constrained, machine, heap: 65_536 * MIB })).toBe(machine);
});

test("a small heap bounds memory to twice as much", () => {
  expect(memoryLimitBytes({ constrained: 0, machine, heap: 128 * MIB })).toBe(256 * MIB);
});
