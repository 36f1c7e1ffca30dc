import {
  admissionViolations,
  customResourceDefinition,
  type CustomResourceDefinition,
  type Kind,
} from "@headgate/kube-schema";
import { describe, expect, test } from "vitest";
import { KINDS } from "../src/kinds/index.ts";
import { ADMISSION_CASES } from "./admission-cases.ts";
import { evaluateCel } from "./cel.ts";
import { isUpstreamPresent, upstreamCrd } from "./upstream.ts";

function kindNamed(name: string): Kind {
  const kind = KINDS.find((one) => one.kind === name);
  if (kind === undefined) throw new Error(`no kind ${name}`);
  return kind;
}

/** Where a definition refuses a spec, each place once. */
function refusedBy({ spec: { versions } }: CustomResourceDefinition, spec: unknown): string[] {
  const schema = versions.at(-1)?.schema.openAPIV3Schema ?? {};
  return places(admissionViolations(schema, { spec }, evaluateCel).map(({ path }) => path));
}

function places(paths: readonly (readonly PropertyKey[])[]): string[] {
  const texts = paths.map((path) =>
    path
      .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
      .join("")
      .slice(1),
  );
  return [...new Set(texts)];
}

describe.each(ADMISSION_CASES)("$kind: $what", ({ kind: name, spec, refusedAt }) => {
  const kind = kindNamed(name);
  const expected = refusedAt === undefined ? [] : [refusedAt];

  test("is taken or refused as it is meant", () => {
    expect(refusedBy(customResourceDefinition(kind), spec)).toEqual(expected);
    const issues = kind.spec.safeParse(spec).error?.issues ?? [];
    expect(places(issues.map(({ path }) => ["spec", ...path]))).toEqual(expected);
  });
});

test.each(isUpstreamPresent ? ADMISSION_CASES : [])(
  "$kind: $what: upstream says the same",
  ({ kind, spec, refusedAt }) => {
    const expected = refusedAt === undefined ? [] : [refusedAt];
    expect(refusedBy(upstreamCrd(kindNamed(kind)), spec)).toEqual(expected);
  },
);
