import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { CustomResourceDefinition, Kind } from "@headgate/kube-schema";
import { parse, parseAllDocuments } from "yaml";

const COMPAT = fileURLToPath(new URL("../../../../shared/compat/", import.meta.url));

/** Whether upstream's definitions and examples are at hand; they are not part of this repository. */
export const isUpstreamPresent: boolean = existsSync(`${COMPAT}crds`);

// Where they are not, there is nothing to compare with, and no test that could be run.
if (!isUpstreamPresent) console.warn(`headgate: NOT COMPARED WITH UPSTREAM: there is no ${COMPAT}`);

/** A manifest, read and not yet looked at. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly spec?: unknown;
}

/** Upstream's definition of a kind. */
export function upstreamCrd(kind: Kind): CustomResourceDefinition {
  const text = readFileSync(`${COMPAT}crds/${kind.group}_${kind.plural}.yaml`, "utf8");
  return parse(text) as CustomResourceDefinition;
}

/** Names of the files with upstream's examples. */
export function upstreamExamples(): string[] {
  return isUpstreamPresent ? readdirSync(`${COMPAT}examples`) : [];
}

/** The objects in a file of upstream's examples. */
export function upstreamExample(file: string): Manifest[] {
  const text = readFileSync(`${COMPAT}examples/${file}`, "utf8");
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null);
}
