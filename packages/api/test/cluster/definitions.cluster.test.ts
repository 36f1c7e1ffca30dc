import { useCluster } from "@headgate/test-cluster/vitest";
import { afterAll, beforeAll, expect } from "vitest";
import { KINDS } from "../../src/kinds/index.ts";
import { CRDS_CHART, definitionsInUse, deleteDefinitions } from "./definitions.ts";

const { test, cluster } = useCluster({ node: false, helm: true });
const RELEASE = "definitions";
const EXPLAINED = "One MCP endpoint in front of a group of MCP servers.";

beforeAll(() => deleteDefinitions(cluster()));
afterAll(() => deleteDefinitions(cluster()));

test("the chart installs every definition, and keeps it when it is uninstalled", async () => {
  const { helm, kubectl } = cluster();
  await helm(["install", RELEASE, CRDS_CHART]);
  await definitionsInUse(cluster());
  await helm(["uninstall", RELEASE]);
  const left = await kubectl(["get", "crd", "-o", "name"]);
  for (const { plural, group } of KINDS) expect(left).toContain(`${plural}.${group}`);
  await deleteDefinitions(cluster());
});

test("with keep off, definitions go with the release", async () => {
  const { helm, kubectl } = cluster();
  await helm(["install", RELEASE, CRDS_CHART, "--set", "crds.keep=false"]);
  await definitionsInUse(cluster());
  await helm(["uninstall", RELEASE, "--wait"]);
  expect(await kubectl(["get", "crd", "-o", "name"])).not.toContain("toolhive.stacklok.dev");
});

test("kubectl knows every kind by its short names, its category and its columns", async () => {
  const { helm, kubectl } = cluster();
  await helm(["install", RELEASE, CRDS_CHART]);
  await definitionsInUse(cluster());
  const resources = await kubectl(["api-resources", "--categories=toolhive", "--no-headers"]);
  const rows = resources
    .trim()
    .split("\n")
    .map((row) => row.split(/\s+/u));
  expect(rows.map(([plural, shortNames]) => `${plural} ${shortNames}`).toSorted()).toEqual(
    KINDS.map(({ plural, shortNames }) => `${plural} ${shortNames.join(",")}`).toSorted(),
  );
  expect(await kubectl(["explain", "vmcp"])).toContain(EXPLAINED);
  await helm(["uninstall", RELEASE]);
});

test("the older version is served with a warning, the stored one without", async () => {
  const { apply, kubectl } = cluster();
  const group = (version: string) => [
    { apiVersion: `toolhive.stacklok.dev/${version}`, kind: "MCPGroup", metadata: { name: "old" } },
  ];
  await apply(group("v1alpha1"));
  await expect(
    kubectl(["get", "mcpgroups.v1alpha1.toolhive.stacklok.dev", "old", "--warnings-as-errors"]),
  ).rejects.toThrow("toolhive.stacklok.dev/v1alpha1 is deprecated; use v1beta1");
  const columns = await kubectl(["get", "mcpgroups", "old", "--warnings-as-errors"]);
  expect(columns.split("\n")[0]).toMatch(/^NAME\s+SERVERS\s+PROXIES\s+PHASE\s+CHECKED\s+AGE$/u);
});
