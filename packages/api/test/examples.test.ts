import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { admissionViolations, objectSchema } from "@headgate/kube-schema";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { KINDS } from "../src/kinds/index.ts";
import { evaluateCel } from "./cel.ts";

const EXAMPLES = fileURLToPath(new URL("../reference/examples/", import.meta.url));

test.each(KINDS)("the example of $kind is one, and would be admitted", (kind) => {
  const text = readFileSync(`${EXAMPLES}${kind.singular}.yaml`, "utf8");
  for (const document of parseAllDocuments(text)) {
    const manifest = document.toJS() as Record<string, unknown>;
    expect(manifest).toMatchObject({ apiVersion: kind.apiVersion, kind: kind.kind });
    const value = { ...manifest, metadata: {} };
    expect(admissionViolations(objectSchema(kind), value, evaluateCel)).toEqual([]);
  }
});

test("there is an example for every kind and for nothing else", () => {
  const names = KINDS.map(({ singular }) => `${singular}.yaml`);
  expect(readdirSync(EXAMPLES).toSorted()).toEqual(names.toSorted());
});
