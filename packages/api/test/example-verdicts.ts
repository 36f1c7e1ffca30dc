import { GROUP } from "../src/kinds/index.ts";
import { type Manifest, upstreamExample, upstreamExamples } from "./upstream.ts";

/** What an object is refused for, with unknown fields refused and with unknown fields dropped; nothing if it is taken. */
export interface Verdict {
  readonly strict: readonly string[];
  readonly lenient: readonly string[];
}

/** An object of upstream's examples, and what upstream's definition says to it. */
export interface JudgedExample {
  readonly name: string;
  readonly manifest: Manifest;
  readonly refused: Verdict;
}

const TAKEN: Verdict = { strict: [], lenient: [] };

// The two that upstream's own schema does not take.
const REFUSED: Readonly<Record<string, Verdict>> = {
  "composite_tool_simple.yaml VirtualMCPCompositeToolDefinition": {
    strict: ["spec.failureMode: unknown field", "spec.steps.0.onError.maxRetries: unknown field"],
    lenient: [],
  },
  "mcpexternalauthconfig_minimal.yaml MCPExternalAuthConfig": {
    strict: [
      "spec.tokenExchange.client_id: unknown field",
      "spec.tokenExchange.client_secret_ref: unknown field",
      "spec.tokenExchange.tokenUrl: required value",
      "spec.tokenExchange.token_url: unknown field",
    ],
    lenient: ["spec.tokenExchange.tokenUrl: required value"],
  },
};

/** Every object of the group in upstream's examples, with its verdict; none where the examples are not at hand. */
export function examplesWithVerdict(): JudgedExample[] {
  return upstreamExamples().flatMap((file) =>
    upstreamExample(file)
      .filter(({ apiVersion }) => apiVersion.startsWith(`${GROUP}/`))
      .map((manifest) => ({
        name: `${file} ${manifest.kind} ${String(manifest.metadata["name"])}`,
        manifest,
        refused: REFUSED[`${file} ${manifest.kind}`] ?? TAKEN,
      })),
  );
}
