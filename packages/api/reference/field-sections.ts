import { type FieldRow, markdownTable } from "@headgate/kube-schema";

/** What a page says of single blocks besides their fields. */
export interface SectionNotes {
  /** Sentences put between a block's description and its table, by the block's path. */
  readonly notes?: Readonly<Record<string, string>>;
  /** Where blocks are described that have no section here, as links in Markdown, by path. */
  readonly elsewhere?: Readonly<Record<string, string>>;
  /** How deep the headings of sections are. */
  readonly heading: "##" | "###";
}

/** A table of the outermost fields, and then a section for each of them that has fields of its own. */
export function fieldSections(
  rows: readonly FieldRow[],
  title: string,
  about: SectionNotes,
): string {
  const { elsewhere = {} } = about;
  const blocks = rows.filter(({ path }) => !path.includes("."));
  const fields = (block: FieldRow) => (block.path in elsewhere ? [] : fieldsOf(block, rows));
  const overview = markdownTable(blocks.map((block) => linked(block, fields(block), elsewhere)));
  const sections = blocks.flatMap((block) => section(block, fields(block), about));
  return [`${title}\n\n${overview}`, ...sections].join("\n");
}

function fieldsOf(block: FieldRow, rows: readonly FieldRow[]): FieldRow[] {
  return rows.filter(({ path }) => path !== block.path && isWithin(path, block.path));
}

function isWithin(path: string, block: string): boolean {
  return path.startsWith(`${block}.`) || path.startsWith(`${block}[]`);
}

function linked(
  block: FieldRow,
  fields: readonly FieldRow[],
  elsewhere: Readonly<Record<string, string>>,
): FieldRow {
  const place = elsewhere[block.path];
  if (place !== undefined)
    return { ...block, rules: [], description: `${block.description} See ${place}.` };
  if (fields.length === 0) return block;
  const link = `See [${block.path}](#${block.path.toLowerCase()}).`;
  return { ...block, rules: [], description: `${block.description} ${link}` };
}

function section(block: FieldRow, fields: readonly FieldRow[], about: SectionNotes): string[] {
  if (fields.length === 0) return [];
  const rules = block.rules.map((rule) => `- ${rule}\n`).join("");
  const ruled = rules === "" ? "" : `${rules}\n`;
  const note = about.notes?.[block.path] ?? "";
  return [
    `${about.heading} ${block.path}\n\n${block.description}\n\n${ruled}${note}${markdownTable(fields)}`,
  ];
}
