import type { Bar } from "../figure.ts";

/** One target of the limiter and what this run measured of it. */
export interface Measured {
  readonly id: string;
  readonly what: string;
  readonly value: number;
  readonly bar: Bar;
}

/** Whether a target is reached. */
export function isReached({ value, bar }: Measured): boolean {
  return "atMost" in bar ? value <= bar.atMost : value >= bar.atLeast;
}

/** One line: what was measured, what it is to be, and whether it is. */
export function lineOf(measured: Measured): string {
  const { id, what, value, bar } = measured;
  const [sign, wanted] = "atMost" in bar ? ["≤", bar.atMost] : ["≥", bar.atLeast];
  const verdict = isReached(measured) ? "pass" : "MISS";
  return `${verdict}  ${id.padEnd(4)}${what.padEnd(72)}${shown(value).padStart(8)}  ${sign} ${shown(wanted)}`;
}

function shown(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return value.toFixed(Math.abs(value) < 10 ? 3 : 1);
}
