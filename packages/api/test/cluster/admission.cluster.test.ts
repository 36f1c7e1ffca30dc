import {
  type Kind,
  type StructuralSchema,
  structuralSchema,
  withoutNulls,
} from "@headgate/kube-schema";
import { useCluster } from "@headgate/test-cluster/vitest";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { KINDS } from "../../src/kinds/index.ts";
import { RULE_CASES } from "../../src/rule-cases/index.ts";
import { ADMISSION_CASES } from "../admission-cases.ts";
import { evaluateCel } from "../cel.ts";
import { configArbitrary } from "../config-arbitrary.ts";
import { examplesWithVerdict } from "../example-verdicts.ts";
import { type Admission, ApiServer, type Cause } from "./api-server.ts";
import { applyDefinitions, deleteDefinitions } from "./definitions.ts";

const { test, cluster } = useCluster({ node: false });
let server: ApiServer;
const kinds = new Map(KINDS.map((kind) => [kind.kind, kind]));

beforeAll(async () => {
  await applyDefinitions(cluster());
  server = new ApiServer(cluster().kubeconfig);
});

afterAll(async () => {
  server.close();
  await deleteDefinitions(cluster());
});

function kindNamed(name: string): Kind {
  const kind = kinds.get(name);
  if (kind === undefined) throw new Error(`no kind ${name}`);
  return kind;
}

describe.each(RULE_CASES)(
  "$kind $at: $message",
  ({ kind, at, message, alongside = [], ...specs }) => {
    test("is kept", async () => {
      expect(await server.admit(kindNamed(kind), specs.accepted)).toMatchObject({
        isAdmitted: true,
      });
    });

    test("is broken, and the API server says so", async () => {
      const refusal = await server.admit(kindNamed(kind), specs.refused);
      const sentences = [message, ...alongside];
      expect(refusal).toMatchObject({ isAdmitted: false, status: 422 });
      expect(causesOf(refusal)).toHaveLength(sentences.length);
      for (const sentence of sentences) {
        expect(causesOf(refusal)).toContainEqual({ field: at, message: endingWith(sentence) });
      }
    });
  },
);

test.each(ADMISSION_CASES)("$kind: $what", async ({ kind, spec, refusedAt }) => {
  const admission = await server.admit(kindNamed(kind), spec);
  expect(admission.isAdmitted).toBe(refusedAt === undefined);
  const fields = new Set(causesOf(admission).map(({ field }) => field));
  // No rule is looked at where a length is wrong, which is told as a reason too.
  fields.delete("<nil>");
  expect([...fields]).toEqual(refusedAt === undefined ? [] : [refusedAt]);
});

function causesOf(admission: Admission): readonly Cause[] {
  return admission.isAdmitted ? [] : admission.causes;
}

// The API server puts its own words in front of a rule's message.
function endingWith(sentence: string): string {
  const pattern = sentence.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return expect.stringMatching(new RegExp(`(^|: )${pattern}$`)) as string;
}

test.each(examplesWithVerdict())("upstream's example $name", async ({ manifest, refused }) => {
  const kind = kindNamed(manifest.kind);
  const strict = await server.admit(kind, manifest.spec, "Strict");
  const lenient = await server.admit(kind, manifest.spec, "Warn");
  expect([strict.isAdmitted, lenient.isAdmitted]).toEqual([
    refused.strict.length === 0,
    refused.lenient.length === 0,
  ]);
});

const SPECS: Readonly<Record<string, number>> = {
  VirtualMCPServer: 500,
  MCPExternalAuthConfig: 300,
};
const OTHER_SPECS = 100;

test("zod and the API server agree on 2,000 generated specs", { timeout: 300_000 }, async () => {
  const tried = { specs: 0, admitted: 0, disagreed: 0 };
  for (const kind of KINDS) {
    const schema = structuralSchema(kind.spec);
    const numRuns = SPECS[kind.kind] ?? OTHER_SPECS;
    const specs = fc.sample(documentsOf(schema), numRuns);
    const verdicts = await Promise.all(specs.map(async (spec) => judged(kind, schema, spec)));
    tried.specs += numRuns;
    tried.admitted += verdicts.filter(({ stored }) => stored !== undefined).length;
    for (const { spec, stored, parsed } of verdicts)
      expect({ spec, stored }).toEqual({ spec, stored: parsed });
  }
  console.log(
    `${tried.specs} specs, ${tried.admitted} admitted; zod and the API server agree on every one, and on its defaults`,
  );
  expect(tried.specs).toBe(2_000);
  expect(tried.admitted).toBeGreaterThan(tried.specs / 3);
});

function documentsOf(schema: StructuralSchema): fc.Arbitrary<unknown> {
  return configArbitrary(schema, evaluateCel).filter(
    (spec) => spec !== null && !hasListForText(schema, spec),
  );
}

async function judged(kind: Kind, schema: StructuralSchema, spec: unknown) {
  const admission = await server.admit(kind, spec);
  const parsed = kind.spec.safeParse(withoutNulls(schema, spec));
  return { spec, stored: admission.isAdmitted ? admission.spec : undefined, parsed: parsed.data };
}

// The API server lets a list pass where a text with a format is asked for, which nobody else does.
function hasListForText(schema: StructuralSchema, value: unknown): boolean {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (schema.type === "string" && schema.format !== undefined) return true;
    return items !== undefined && value.some((item) => hasListForText(items, item));
  }
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([name, entry]) =>
    hasListForText(schema.properties?.[name] ?? schema.additionalProperties ?? {}, entry),
  );
}
