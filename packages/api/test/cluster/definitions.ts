import { fileURLToPath } from "node:url";
import type { Cluster } from "@headgate/test-cluster/vitest";
import { KINDS } from "../../src/kinds/index.ts";

const CHART = new URL("../../../../deploy/charts/operator-crds/", import.meta.url);
const NAMES = KINDS.map(({ plural, group }) => `crd/${plural}.${group}`);

/** The chart with the definitions. */
export const CRDS_CHART: string = fileURLToPath(CHART);

/** Puts every definition into the cluster as the chart's files have it, and waits until they are in use. */
export async function applyDefinitions({ kubectl }: Cluster): Promise<void> {
  await kubectl(["apply", "-f", fileURLToPath(new URL("files/crds/", CHART))]);
  await definitionsInUse({ kubectl });
}

/** Waits until every definition is in use. */
export async function definitionsInUse({ kubectl }: Pick<Cluster, "kubectl">): Promise<void> {
  await kubectl(["wait", "--for=condition=Established", "--timeout=60s", ...NAMES]);
}

/** Takes every definition out of the cluster, with the objects that earlier tests left. */
export function deleteDefinitions(cluster: Cluster): Promise<void> {
  return cluster.deleteDefinitions("toolhive.stacklok.dev/auto-migrate-storage-version=true");
}
