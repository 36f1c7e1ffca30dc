import { type FieldRow, fieldRows, markdownTable, structuralSchema } from "@headgate/kube-schema";
import { GatewayConfig } from "../src/gateway-config.ts";
import { DurationText } from "../src/gateway-config/duration-text.ts";

const INTRODUCTION = `<!-- Generated from packages/api. Change the schema there and run: npm run generate -->

# Gateway configuration

The file that \`headgate serve --config FILE\` reads, in YAML or JSON. In Kubernetes the same fields are
\`spec.config\` of a VirtualMCPServer. For completion in an editor, point it at
[gateway-config.schema.json](gateway-config.schema.json).

- A field that is not listed here is refused.
- A duration is written as numbers with units: \`30s\`, \`1m0s\`, \`1.5h\`, \`250ms\`.
- \`[]\` stands for each entry of a list, \`<name>\` for each key of a map.
- A default of \`operational\` holds also when the block around it is left out, but for \`timeouts\`.
- Not every block is enforced yet. One that is not is refused when the file is loaded, never ignored.

## Example

`;

const LIMIT_CHECKS = `Checked beyond the schema: a refill period parses, is longer than 0 and at most 876000h (100 years);
more than 100,000 tokens per second are refused, and more than 1,000 are a warning.

`;

/** The reference page of the gateway's configuration, around an example that the caller has validated. */
export function gatewayConfigPage(example: string): string {
  const duration = structuralSchema(DurationText).pattern ?? "";
  const rows = fieldRows(structuralSchema(GatewayConfig), { [duration]: "a duration" });
  const blocks = rows.filter(({ path }) => !path.includes("."));
  const overview = `## Fields of the file\n\n${markdownTable(blocks.map(linked(rows)))}`;
  const sections = blocks.flatMap((block) => section(block, fieldsOf(block, rows)));
  return `${INTRODUCTION}\`\`\`yaml\n${example}\`\`\`\n\n${[overview, ...sections].join("\n")}`;
}

function fieldsOf(block: FieldRow, rows: readonly FieldRow[]): FieldRow[] {
  return rows.filter(({ path }) => path !== block.path && isWithin(path, block.path));
}

function isWithin(path: string, block: string): boolean {
  return path.startsWith(`${block}.`) || path.startsWith(`${block}[]`);
}

function linked(rows: readonly FieldRow[]): (block: FieldRow) => FieldRow {
  return (block) => {
    if (fieldsOf(block, rows).length === 0) return block;
    const link = `See [${block.path}](#${block.path.toLowerCase()}).`;
    return { ...block, rules: [], description: `${block.description} ${link}` };
  };
}

function section(block: FieldRow, fields: readonly FieldRow[]): string[] {
  if (fields.length === 0) return [];
  const rules = block.rules.map((rule) => `- ${rule}\n`).join("");
  const ruled = rules === "" ? "" : `${rules}\n`;
  const checks = block.path === "rateLimiting" ? LIMIT_CHECKS : "";
  return [`## ${block.path}\n\n${block.description}\n\n${ruled}${checks}${markdownTable(fields)}`];
}
