import { type Figure, reaches } from "../figure.ts";

/** A figure of the operator, and what the reference's came to on the same kind of machine. */
export interface OperatorFigure extends Figure {
  /** As text: it is often a range. */
  readonly reference: string;
}

/** Prints figures, one line each, with the reference's in brackets. */
export function printOperatorFigures(figures: readonly OperatorFigure[]): void {
  const width = Math.max(...figures.map(({ name }) => name.length));
  for (const figure of figures) {
    const { name, unit, values, bar, reference } = figure;
    const value = values["operator"];
    const shown = value === undefined ? "–" : value.toFixed(value < 10 ? 2 : 0);
    const most = bar === undefined || !("atMost" in bar) ? "" : `≤ ${bar.atMost}`;
    const verdict = reaches(figure) === false ? "  missed" : "";
    const quantity = `${shown.padStart(7)} ${unit.padEnd(3)}`;
    console.log(`${name.padEnd(width)}  ${quantity}  ${most.padEnd(7)} [${reference}]${verdict}`);
  }
}
