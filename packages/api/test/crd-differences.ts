import { isDeepStrictEqual } from "node:util";
import type { CrdVersion, CustomResourceDefinition } from "@headgate/kube-schema";
import { schemaDifferences, type SchemaDifference } from "./schema-differences.ts";

/**
 * Every way in which two definitions differ, descriptions aside. Places outside of schemas are in brackets, such as
 * `(names).shortNames`; a version after the first is in brackets too where it differs in another way than the last.
 */
export function crdDifferences(
  theirs: CustomResourceDefinition,
  ours: CustomResourceDefinition,
): SchemaDifference[] {
  const versions = [...new Set([...versionNames(theirs), ...versionNames(ours)])];
  const [first = [], ...others] = versions
    .toReversed()
    .map((name) => versionDifferences(name, theirs, ours));
  return [
    ...objectDifferences("(metadata)", theirs.metadata, ours.metadata),
    ...objectDifferences("(names)", theirs.spec.names, ours.spec.names),
    ...objectDifferences("(spec)", frame(theirs), frame(ours)),
    ...first,
    ...others.flat().filter((other) => !first.some((one) => isDeepStrictEqual(one, other))),
  ];
}

function versionNames({ spec }: CustomResourceDefinition): string[] {
  return spec.versions.map(({ name }) => name);
}

function frame({ spec: { group, scope, versions } }: CustomResourceDefinition): object {
  return { group, scope, versions: versions.map(({ name }) => name) };
}

function versionDifferences(
  name: string,
  theirs: CustomResourceDefinition,
  ours: CustomResourceDefinition,
): SchemaDifference[] {
  const [left, right] = [theirs, ours].map(({ spec }) =>
    spec.versions.find((version) => version.name === name),
  );
  if (left === undefined || right === undefined)
    return [{ at: `(${name})`, theirs: left, ours: right }];
  return [
    ...objectDifferences(`(${name})`, withoutSchema(left), withoutSchema(right)),
    ...schemaDifferences(left.schema.openAPIV3Schema, right.schema.openAPIV3Schema),
  ];
}

function withoutSchema({ schema: _, ...rest }: CrdVersion): object {
  return rest;
}

function objectDifferences(at: string, theirs: object, ours: object): SchemaDifference[] {
  const names = [...new Set([...Object.keys(theirs), ...Object.keys(ours)])];
  return names.flatMap((name) => {
    const [left, right] = [theirs, ours].map((side) => Reflect.get(side, name) as unknown);
    return isDeepStrictEqual(left, right)
      ? []
      : [{ at: `${at}.${name}`, theirs: left, ours: right }];
  });
}
