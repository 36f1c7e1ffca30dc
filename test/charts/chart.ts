import { fileURLToPath } from "node:url";
import type { Cluster } from "@headgate/test-cluster/vitest";
import { parseAllDocuments } from "yaml";

const CHARTS = new URL("../../deploy/charts/", import.meta.url);

/** The folder of the operator's chart. */
export const OPERATOR_CHART = fileURLToPath(new URL("operator/", CHARTS));

/** The folder of the chart with the CustomResourceDefinitions. */
export const CRDS_CHART = fileURLToPath(new URL("operator-crds/", CHARTS));

/** A rule of a Role. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** An object that a chart makes, as far as tests look at it. */
export interface Made {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly Rule[];
  readonly spec?: unknown;
  readonly data?: Readonly<Record<string, string>>;
}

/** What the operator's chart comes to: the text, and the objects in it. */
export async function render(
  { helm }: Pick<Cluster, "helm">,
  args: readonly string[],
  release = "headgate",
): Promise<{ readonly text: string; readonly objects: readonly Made[] }> {
  const text = await helm(["template", release, OPERATOR_CHART, "--namespace=ns", ...args]);
  const objects = parseAllDocuments(text).flatMap((one) => (one.toJS() as Made | null) ?? []);
  return { text, objects };
}
