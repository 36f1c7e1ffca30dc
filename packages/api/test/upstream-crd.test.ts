import { existsSync, readFileSync } from "node:fs";
import { type StructuralSchema, structuralSchema } from "@headgate/kube-schema";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { GatewayConfig } from "../src/gateway-config.ts";
import { schemaDifferences } from "./schema-differences.ts";
import { reasonFor, UPSTREAM_DIFFERENCES } from "./upstream-differences.ts";

const UPSTREAM = new URL(
  "../../../../shared/compat/crds/toolhive.stacklok.dev_virtualmcpservers.yaml",
  import.meta.url,
);
const REVIEWED = new URL("testdata/gateway-config.structural.json", import.meta.url);

interface Crd {
  readonly spec: {
    readonly versions: readonly {
      readonly name: string;
      readonly schema: { readonly openAPIV3Schema: StructuralSchema };
    }[];
  };
}

const ours = structuralSchema(GatewayConfig);
const reviewed = JSON.parse(readFileSync(REVIEWED, "utf8")) as StructuralSchema;
// Without the upstream files at hand, the schema that was last compared with them stands in for them.
const baseline = existsSync(UPSTREAM)
  ? {
      schema: upstreamConfig(readFileSync(UPSTREAM, "utf8")),
      meant: UPSTREAM_DIFFERENCES.map(({ reason }) => reason),
    }
  : { schema: reviewed, meant: [] };

function upstreamConfig(text: string): StructuralSchema {
  const crd = parse(text) as Crd;
  const version = crd.spec.versions.find(({ name }) => name === "v1beta1");
  const config = version?.schema.openAPIV3Schema.properties?.["spec"]?.properties?.["config"];
  if (config === undefined)
    throw new Error("the CustomResourceDefinition has no spec.config in v1beta1");
  return config;
}

function limitsOf(schema: StructuralSchema): StructuralSchema {
  return schema.properties?.["rateLimiting"] ?? {};
}

test("the schema is the one that was reviewed", () => {
  expect(schemaDifferences(reviewed, ours)).toEqual([]);
});

test("the schema differs from upstream only where a difference is named", () => {
  const unnamed = schemaDifferences(baseline.schema, ours).filter(
    (difference) => reasonFor(difference) === undefined,
  );
  expect(unnamed).toEqual([]);
});

test("no difference is named that does not exist", () => {
  const reasons = new Set(schemaDifferences(baseline.schema, ours).map(reasonFor));
  expect(reasons).toEqual(new Set(baseline.meant));
});

test("the rate limits that upstream knows are exactly upstream's", () => {
  const places = schemaDifferences(limitsOf(baseline.schema), limitsOf(ours)).map(({ at }) => at);
  const added = /^(rules|mode|onStoreFailure|rejection|exposeQuota|#x-kubernetes-validations)$/;
  expect(places.filter((at) => !added.test(at))).toEqual([]);
});
