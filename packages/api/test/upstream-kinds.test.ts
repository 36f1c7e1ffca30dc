import { customResourceDefinition } from "@headgate/kube-schema";
import { describe, expect, test } from "vitest";
import { KINDS } from "../src/kinds/index.ts";
import { crdDifferences } from "./crd-differences.ts";
import { kindReasonFor, KIND_REASONS } from "./upstream-differences.ts";
import { isUpstreamPresent, upstreamCrd } from "./upstream.ts";

const differences = (isUpstreamPresent ? KINDS : []).flatMap((kind) =>
  crdDifferences(upstreamCrd(kind), customResourceDefinition(kind)).map((difference) => ({
    ...difference,
    kind: kind.kind,
    reason: kindReasonFor(kind.kind, difference),
  })),
);

describe.each(isUpstreamPresent ? [differences] : [])("beside upstream's definitions", () => {
  test.each(KINDS)("$kind differs only where a difference is named", ({ kind }) => {
    const unnamed = differences.filter((one) => one.kind === kind && one.reason === undefined);
    expect(unnamed).toEqual([]);
  });

  test("no difference is named that does not exist", () => {
    expect(new Set(differences.map(({ reason }) => reason))).toEqual(new Set(KIND_REASONS));
  });

  test("every difference in limits is an addition, but for the rule that knows of it", () => {
    const limits = differences.filter(({ at }) => at.includes("rateLimiting"));
    const changed = limits.filter(({ theirs }) => theirs !== undefined).map(({ at }) => at);
    expect(changed).toEqual([
      "spec.rateLimiting#x-kubernetes-validations",
      "spec.config.rateLimiting#x-kubernetes-validations",
    ]);
  });
});

test.each(KINDS)(
  "$kind is small enough for kubectl apply, which keeps a copy as annotation",
  (kind) => {
    const bytes = Buffer.byteLength(JSON.stringify(customResourceDefinition(kind)));
    expect(bytes).toBeLessThan(256 * 1024);
  },
);
