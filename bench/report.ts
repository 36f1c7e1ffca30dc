import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { reaches, type Bar, type Figure } from "./figure.ts";
import { canPin } from "./machine/cores.ts";

/** Prints figures as a table, one row each, one column per target. */
export function printFigures(figures: readonly Figure[]): void {
  if (figures.length === 0) console.log("not measured without our own gateway");
  const targets = [...new Set(figures.flatMap(({ values }) => Object.keys(values)))];
  const rows = figures.map((figure) => [
    figure.name,
    ...targets.map((target) => show(figure.values[target])),
    figure.unit,
    figure.bar === undefined
      ? ""
      : `${showBar(figure.bar)}${reaches(figure) === false ? "  missed" : ""}`,
  ]);
  const table = [["", ...targets, "", "bar"], ...rows];
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const row of table) {
    const cells = row.map((cell, column) =>
      column === 0 || column > targets.length
        ? cell.padEnd(widths[column] ?? 0)
        : cell.padStart(widths[column] ?? 0),
    );
    console.log(cells.join("  ").trimEnd());
  }
}

/** Writes figures, machine and time to a JSON file of their own and gives its path. */
export function writeFigures(folder: string, figures: readonly Figure[], startedAt: Date): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${startedAt.toISOString().replaceAll(/[:.]/g, "-")}.json`);
  const machine = {
    loadAverage: loadavg(),
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    pinned: canPin,
    platform: process.platform,
    node: process.version,
  };
  const results = figures.map((figure) => ({ ...figure, reached: reaches(figure) }));
  writeFileSync(
    path,
    `${JSON.stringify({ startedAt, machine, figures: results }, undefined, 2)}\n`,
  );
  return path;
}

function show(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return "–";
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 3;
  return value.toLocaleString("en-US", {
    maximumFractionDigits: digits,
    minimumFractionDigits: Math.min(digits, 2),
  });
}

function showBar(bar: Bar): string {
  return "atMost" in bar ? `≤ ${bar.atMost}` : `≥ ${bar.atLeast.toLocaleString("en-US")}`;
}
