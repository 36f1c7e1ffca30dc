import type { FieldRow } from "./field-table.ts";

const HEADER = ["Field", "Type", "Required", "Default", "Bounds and rules", "Description"];

/** The rows as one Markdown table, ending with a line break. */
export function markdownTable(rows: readonly FieldRow[]): string {
  const lines = [HEADER, HEADER.map(() => "---"), ...rows.map(cells)];
  return lines.map((line) => `| ${line.join(" | ")} |\n`).join("");
}

function cells(row: FieldRow): string[] {
  const constraints = [...row.bounds, ...row.rules].join("; ");
  return [
    `\`${row.path}\``,
    row.type,
    row.required ? "yes" : "",
    row.default === undefined ? "" : `\`${row.default}\``,
    constraints,
    row.description,
  ].map(escaped);
}

function escaped(cell: string): string {
  return cell.replaceAll("|", String.raw`\|`).replaceAll(/\s*\n\s*/g, " ");
}
