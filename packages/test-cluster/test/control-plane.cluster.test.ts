import { expect } from "vitest";
import { countWrites } from "../src/control-plane/audit.ts";
import { kubernetesVersion } from "../src/programs/release.ts";
import { useCluster } from "../src/vitest/use-cluster.ts";

const { test, ownTest, cluster } = useCluster({ node: false });

const widgets = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.headgate.test" },
  spec: {
    group: "headgate.test",
    scope: "Namespaced",
    names: { plural: "widgets", singular: "widget", kind: "Widget" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: {
                type: "object",
                properties: { low: { type: "integer" }, high: { type: "integer" } },
                "x-kubernetes-validations": [
                  { rule: "self.low <= self.high", message: "low must not exceed high" },
                ],
              },
            },
          },
        },
      },
    ],
  },
};

const widget = (name: string, spec: object) => ({
  apiVersion: "headgate.test/v1",
  kind: "Widget",
  metadata: { name, namespace: "default" },
  spec,
});

const configMap = (name: string, data: object) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "default" },
  data,
});

ownTest("the API server is ready, in the version that is asked for", async () => {
  expect(await cluster().kubectl(["get", "--raw", "/readyz"])).toBe("ok");
  const version = JSON.parse(await cluster().kubectl(["get", "--raw", "/version"])) as object;
  expect(version).toMatchObject({ gitVersion: `v${kubernetesVersion}` });
});

test("what kubectl applies, kubectl gets", async () => {
  await cluster().apply([configMap("applied", { colour: "red" })]);
  const path = "jsonpath={.data.colour}";
  expect(await cluster().kubectl(["get", "configmap", "applied", "-o", path])).toBe("red");
});

test("a CRD is installed, and its CEL rule refuses with its message", async () => {
  await cluster().apply([widgets]);
  const established = ["--for=condition=Established", "crd/widgets.headgate.test"];
  await cluster().kubectl(["wait", "--timeout=30s", ...established]);
  await cluster().apply([widget("good", { low: 1, high: 2 })]);
  await expect(cluster().apply([widget("bad", { low: 3, high: 2 })])).rejects.toThrow(
    "low must not exceed high",
  );
});

ownTest(
  "the audit log counts writes by who made them and to what, and reads not at all",
  async () => {
    const { audit } = cluster();
    const mark = await audit.mark();
    await cluster().apply([configMap("audited", { n: "1" })]);
    await cluster().apply([configMap("audited", { n: "2" })]);
    await cluster().kubectl(["get", "configmaps"]);
    const own = (await audit.writes(mark)).filter(({ name }) => name === "audited");
    const counts = countWrites(own, (write) => `${write.user} ${write.verb} ${write.resource}`);
    expect(counts).toEqual(
      new Map([
        ["admin create configmaps", 1],
        ["admin patch configmaps", 1],
      ]),
    );
    expect(own.every(({ userAgent }) => userAgent.startsWith("kubectl/"))).toBe(true);
  },
);

ownTest("somebody without a role may do nothing, and with one what it says", async () => {
  const asker = await cluster().kubeconfigFor("asker", ["askers"]);
  const list = ["get", "configmaps", "--kubeconfig", asker];
  await expect(cluster().kubectl(list)).rejects.toThrow('User "asker" cannot list');
  await cluster().kubectl([
    "create",
    "rolebinding",
    "askers",
    "--clusterrole=view",
    "--group=askers",
  ]);
  expect(await cluster().kubectl(list)).toContain("kube-root-ca.crt");
});

test("the controllers work: a Deployment gets its Pod, and both go when it goes", async () => {
  const labels = { app: "waiting" };
  const pods = () => cluster().kubectl(["get", "pods", "-l", "app=waiting", "-o", "name"]);
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "waiting", namespace: "default" },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: "none", image: "headgate.test/none:1" }] },
      },
    },
  };
  await cluster().apply([deployment]);
  await expect.poll(pods, { timeout: 10_000 }).toContain("pod/waiting-");
  await cluster().kubectl(["delete", "deployment", "waiting"]);
  await expect.poll(pods, { timeout: 20_000 }).toBe("");
});

ownTest("an API server that crashes comes back with everything it had", async () => {
  await cluster().apply([configMap("kept", { colour: "blue" })]);
  await cluster().stopApiServer();
  await expect(cluster().kubectl(["get", "configmap", "kept"])).rejects.toThrow(/refused/);
  await cluster().startApiServer();
  const path = "jsonpath={.data.colour}";
  expect(await cluster().kubectl(["get", "configmap", "kept", "-o", path])).toBe("blue");
});
