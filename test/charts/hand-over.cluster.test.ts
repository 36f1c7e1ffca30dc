import { useCluster } from "@headgate/test-cluster/vitest";
import { expect, onTestFinished } from "vitest";
import { CRDS_CHART } from "./chart.ts";
import { KINDS_LABEL } from "./kinds-label.ts";

const { test, cluster } = useCluster({ node: false, helm: true });

const OLD = ["toolhive-operator-crds", "--namespace", "hand-over"];
const NEW = ["headgate-crds", "--namespace", "hand-over"];

test("the kinds pass from one release to another and back, and no object is touched", async () => {
  const { helm, kubectl, apply, deleteDefinitions } = cluster();
  const object = { apiVersion: "toolhive.stacklok.dev/v1beta1", kind: "MCPGroup" };
  const version = () =>
    kubectl(["get", "mcpgroup/kept", "-n", "hand-over", "-o", "jsonpath={.metadata.uid}"]);
  await deleteDefinitions(KINDS_LABEL);
  onTestFinished(async () => {
    await deleteDefinitions(KINDS_LABEL);
    await kubectl(["delete", "namespace", "hand-over", "--wait=false"]);
  });
  await helm(["install", ...OLD, CRDS_CHART, "--create-namespace"]);
  await kubectl(["wait", "--for=condition=Established", "crd", "-l", KINDS_LABEL, "--timeout=60s"]);
  await apply([{ ...object, metadata: { name: "kept", namespace: "hand-over" } }]);
  const before = await version();

  await expect(helm(["install", ...NEW, CRDS_CHART])).rejects.toThrow("ownership");
  for (const [to, from] of [
    [NEW, OLD],
    [OLD, NEW],
  ] as const) {
    await helm(["install", ...to, CRDS_CHART, "--take-ownership"]);
    await helm(["uninstall", ...from]);
    expect(await version()).toBe(before);
  }
  await helm(["uninstall", ...OLD]);
  expect(await version()).toBe(before);
});
