import { fieldRows, type Kind, structuralSchema, VALIDATIONS_KEYWORD } from "@headgate/kube-schema";
import { fieldSections } from "./field-sections.ts";
import { PATTERN_NAMES } from "./pattern-names.ts";

// Blocks that have a page, or a section on a page, already.
const ELSEWHERE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  VirtualMCPServer: {
    config: "[the gateway's configuration](gateway-config.md)",
    authServerConfig:
      "[embeddedAuthServer of MCPExternalAuthConfig](mcpexternalauthconfig.md#embeddedauthserver)",
  },
  MCPServer: { rateLimiting: "[rateLimiting of the gateway](gateway-config.md#ratelimiting)" },
};

/** The reference page of a kind, around an example that the caller has validated. */
export function kindPage(kind: Kind, example: string): string {
  return [
    `<!-- Generated from packages/api. Change the schema there and run: npm run generate -->\n`,
    `# ${kind.kind}\n\n${kind.description}\n`,
    names(kind),
    `## Example\n\n\`\`\`yaml\n${example}\`\`\`\n`,
    spec(kind),
    status(kind),
  ].join("\n");
}

function names(kind: Kind): string {
  const versions = kind.versions.map(({ name, deprecation }) =>
    deprecation === undefined ? `\`${name}\`` : `\`${name}\` (deprecated)`,
  );
  const short = kind.shortNames.map((name) => `\`${name}\``).join(", ");
  const columns = kind.columns.map(({ name }) => name).join(", ");
  return `- apiVersion \`${kind.apiVersion}\`, plural \`${kind.plural}\`, short ${short}; belongs to a namespace
- Versions: ${versions.join(", ")}; all have the same fields
- \`kubectl get\` shows: Name, ${columns}
- For completion in an editor: [${kind.singular}.schema.json](${kind.singular}.schema.json)
- \`[]\` stands for each entry of a list, \`<name>\` for each key of a map
`;
}

function spec(kind: Kind): string {
  const schema = structuralSchema(kind.spec);
  const rules = (schema[VALIDATIONS_KEYWORD] ?? []).map(({ message }) => `- ${message}\n`).join("");
  const title = rules === "" ? "## spec" : `## spec\n\n${rules.trimEnd()}`;
  return fieldSections(fieldRows(schema, PATTERN_NAMES), title, {
    heading: "###",
    elsewhere: ELSEWHERE[kind.kind] ?? {},
  });
}

function status(kind: Kind): string {
  const rows = fieldRows(structuralSchema(kind.status), PATTERN_NAMES);
  return fieldSections(rows, "## status", { heading: "###" });
}
