import { fieldRows, structuralSchema } from "@headgate/kube-schema";
import { GatewayConfig } from "../src/gateway-config.ts";
import { fieldSections } from "./field-sections.ts";
import { PATTERN_NAMES } from "./pattern-names.ts";

const INTRODUCTION = `<!-- Generated from packages/api. Change the schema there and run: npm run generate -->

# Gateway configuration

The file that \`headgate serve --config FILE\` reads, in YAML or JSON. In Kubernetes the same fields are
\`spec.config\` of a [VirtualMCPServer](virtualmcpserver.md). For completion in an editor, point it at
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
  const rows = fieldRows(structuralSchema(GatewayConfig), PATTERN_NAMES);
  const fields = fieldSections(rows, "## Fields of the file", {
    heading: "##",
    notes: { rateLimiting: LIMIT_CHECKS },
  });
  return `${INTRODUCTION}\`\`\`yaml\n${example}\`\`\`\n\n${fields}`;
}
