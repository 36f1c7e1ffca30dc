import type { Value } from "./value-tree.ts";

/** The reference page of a chart's values. */
export function valuesPage(values: readonly Value[]): string {
  const blocks = values.filter(({ fields }) => fields !== undefined);
  const single = values.filter(({ fields }) => fields === undefined);
  return [
    "<!-- Generated from packages/api. Change the schema there and run: npm run generate -->\n",
    "# Values of the operator's chart\n",
    "`helm show values` prints them with their defaults. A name that is not here is refused.\n",
    table(single),
    ...blocks.map((block) => `## ${block.path.join(".")}\n\n${table(leavesOf(block))}`),
  ].join("\n");
}

function leavesOf(value: Value): readonly Value[] {
  return value.fields === undefined ? [value] : value.fields.flatMap(leavesOf);
}

function table(values: readonly Value[]): string {
  const rows = values.map(
    ({ path, description, default: value }) =>
      `| \`${path.join(".")}\` | \`${JSON.stringify(value)}\` | ${description} |\n`,
  );
  return ["| Value | Default | For |\n", "| --- | --- | --- |\n", ...rows].join("");
}
