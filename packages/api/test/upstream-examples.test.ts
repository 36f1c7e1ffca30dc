import {
  admissionViolations,
  customResourceDefinition,
  type CustomResourceDefinition,
  withoutUnknown,
} from "@headgate/kube-schema";
import { describe, expect, test } from "vitest";
import { GROUP, KINDS } from "../src/kinds/index.ts";
import { evaluateCel } from "./cel.ts";
import { type Manifest, upstreamCrd, upstreamExample, upstreamExamples } from "./upstream.ts";

// What the two that upstream's own schema does not take are refused for; all others are taken.
const REFUSED: Readonly<Record<string, Readonly<Record<"strict" | "lenient", readonly string[]>>>> =
  {
    "composite_tool_simple.yaml VirtualMCPCompositeToolDefinition": {
      strict: ["spec.failureMode: unknown field", "spec.steps.0.onError.maxRetries: unknown field"],
      lenient: [],
    },
    "mcpexternalauthconfig_minimal.yaml MCPExternalAuthConfig": {
      strict: [
        "spec.tokenExchange.client_id: unknown field",
        "spec.tokenExchange.client_secret_ref: unknown field",
        "spec.tokenExchange.token_url: unknown field",
        "spec.tokenExchange.tokenUrl: required value",
      ],
      lenient: ["spec.tokenExchange.tokenUrl: required value"],
    },
  };

const kinds = new Map(KINDS.map((kind) => [kind.kind, kind]));
const objects = upstreamExamples().flatMap((file) =>
  upstreamExample(file)
    .filter(({ apiVersion }) => apiVersion.startsWith(`${GROUP}/`))
    .map((manifest) => ({
      name: `${file} ${manifest.kind} ${String(manifest.metadata["name"])}`,
      refused: REFUSED[`${file} ${manifest.kind}`] ?? { strict: [], lenient: [] },
      manifest,
    })),
);

function verdicts(crd: CustomResourceDefinition, manifest: Manifest) {
  const version = crd.spec.versions.find(({ name }) => manifest.apiVersion === `${GROUP}/${name}`);
  const schema = version?.schema.openAPIV3Schema ?? {};
  const violations = (value: unknown) =>
    admissionViolations(schema, value, evaluateCel)
      .map(({ path, message }) => `${path.join(".")}: ${message}`)
      .toSorted();
  // Metadata are the API server's own, which no definition describes.
  const value = { ...manifest, metadata: {} };
  return { strict: violations(value), lenient: violations(withoutUnknown(schema, value)) };
}

describe.skipIf(objects.length === 0)("upstream's examples", () => {
  test.each(objects)("$name gets the verdict that upstream gives", ({ manifest, refused }) => {
    const kind = kinds.get(manifest.kind);
    if (kind === undefined) throw new Error(`no kind ${manifest.kind}`);
    const ours = verdicts(customResourceDefinition(kind), manifest);
    expect(ours).toEqual(verdicts(upstreamCrd(kind), manifest));
    expect(ours).toEqual({
      strict: refused.strict.toSorted(),
      lenient: refused.lenient.toSorted(),
    });
  });
});

test.skipIf(objects.length === 0)("every file has something to judge", () => {
  const judged = new Set(objects.map(({ name }) => name.split(" ")[0]));
  expect([...judged]).toEqual(upstreamExamples());
});
