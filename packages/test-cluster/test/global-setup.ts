import type { TestProject } from "vitest/node";
import { findControlPlane } from "../src/control-plane/programs.ts";
import { whyNoNode } from "../src/node/machine.ts";
import { programSource } from "../src/programs/programs.ts";
import { shareClusters, type ExternalCluster } from "../src/vitest/shared-clusters.ts";

/**
 * Run by vitest before the first test that wants a cluster. Gets what every cluster needs, so that no test's
 * deadline has to allow for it; starts none until a test file asks.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const external = externalCluster();
  const nodeMissing = external === undefined ? whyNoNode() : undefined;
  if (nodeMissing !== undefined) {
    console.warn(`headgate: SKIPPING EVERY TEST THAT NEEDS A KUBERNETES NODE: ${nodeMissing}`);
  }
  if (external !== undefined) {
    console.warn(
      `headgate: SKIPPING EVERY TEST THAT NEEDS A CLUSTER OF ITS OWN: ${external.kubeconfig} is used.`,
    );
  }
  const programs = programSource(process.env, (line) => console.log(line));
  if (external === undefined) await findControlPlane(programs);
  const broker = await shareClusters(programs, external);
  project.provide("clusters", {
    socket: broker.socket,
    nodeMissing: nodeMissing ?? null,
    external: external !== undefined,
  });
  return () => broker.close();
}

function externalCluster(): ExternalCluster | undefined {
  const kubeconfig = process.env["HEADGATE_TEST_KUBECONFIG"];
  const imageLoader = process.env["HEADGATE_TEST_IMAGE_LOADER"];
  return kubeconfig ? { kubeconfig, imageLoader: imageLoader || undefined } : undefined;
}
