import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { useCluster } from "../src/vitest/use-cluster.ts";

const { test, cluster } = useCluster({ node: false, helm: true });

test("Helm installs a chart, and takes it away again", async () => {
  const chart = await mkdtemp(join(tmpdir(), "headgate-chart-"));
  onTestFinished(() => rm(chart, { recursive: true }));
  await writeFile(join(chart, "Chart.yaml"), "apiVersion: v2\nname: greeting\nversion: 1.0.0\n");
  await mkdir(join(chart, "templates"));
  const template = `apiVersion: v1
kind: ConfigMap
metadata: { name: "{{ .Release.Name }}" }
data: { greeting: "{{ .Values.greeting }}" }
`;
  await writeFile(join(chart, "templates/greeting.yaml"), template);
  await cluster().helm(["install", "test-helm", chart, "--set", "greeting=hello"]);
  const path = "jsonpath={.data.greeting}";
  expect(await cluster().kubectl(["get", "configmap", "test-helm", "-o", path])).toBe("hello");
  await cluster().helm(["uninstall", "test-helm", "--wait"]);
  await expect(cluster().kubectl(["get", "configmap", "test-helm"])).rejects.toThrow("NotFound");
});
