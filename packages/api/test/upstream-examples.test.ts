import {
  admissionViolations,
  customResourceDefinition,
  type CustomResourceDefinition,
  withoutUnknown,
} from "@headgate/kube-schema";
import { expect, test } from "vitest";
import { GROUP, KINDS } from "../src/kinds/index.ts";
import { evaluateCel } from "./cel.ts";
import { examplesWithVerdict } from "./example-verdicts.ts";
import { type Manifest, upstreamCrd, upstreamExamples } from "./upstream.ts";

const kinds = new Map(KINDS.map((kind) => [kind.kind, kind]));
const objects = examplesWithVerdict();

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

test.each(objects)("$name gets the verdict that upstream gives", ({ manifest, refused }) => {
  const kind = kinds.get(manifest.kind);
  if (kind === undefined) throw new Error(`no kind ${manifest.kind}`);
  const ours = verdicts(customResourceDefinition(kind), manifest);
  expect(ours).toEqual(verdicts(upstreamCrd(kind), manifest));
  expect(ours).toEqual(refused);
});

test("every file has something to judge", () => {
  const judged = new Set(objects.map(({ name }) => name.split(" ")[0]));
  expect(judged).toEqual(new Set(upstreamExamples()));
});
