import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { KINDS } from "@headgate/api/kinds";
import { manifestSchema } from "@headgate/kube-schema";
import { useCluster } from "@headgate/test-cluster/vitest";
import { describe, expect, onTestFinished } from "vitest";
import { parseAllDocuments } from "yaml";
import { ROOT } from "../docs/markdown.ts";
import { type Made, OPERATOR_CHART, render } from "./chart.ts";

const { test, cluster } = useCluster({ node: false, helm: true });

const FOLDER = join(OPERATOR_CHART, "tests");
const CASES = (await readdir(FOLDER)).flatMap(
  (file) => /^(.*)\.values\.yaml$/.exec(file)?.[1] ?? [],
);

const set = (...values: readonly string[]) => values.flatMap((value) => ["--set", value]);
const names = (objects: readonly Made[]) =>
  objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? "-"}/${metadata.name}`);

describe.each(CASES)("with the values of %s", (name) => {
  const values = ["--values", join(FOLDER, `${name}.values.yaml`)];

  test("helm lint finds nothing", async () => {
    const said = await cluster().helm(["lint", "--strict", OPERATOR_CHART, ...values]);
    expect(said).toContain("0 chart(s) failed");
    expect(said).not.toMatch(/\[(WARNING|ERROR)\]/);
  });

  test("the chart comes to what it did", async () => {
    const { text } = await render(cluster(), values);
    await expect(text).toMatchFileSnapshot(join(FOLDER, `${name}.golden.yaml`));
  });

  test("the API server takes every object whose kind it knows", async () => {
    const { objects } = await render(cluster(), [...values, `--namespace=chart-${name}`]);
    const known = objects.filter(({ kind }) => !/^(ServiceMonitor|PrometheusRule)$/.test(kind));
    const namespaces = new Set(known.flatMap(({ metadata }) => metadata.namespace ?? []));
    await cluster().apply(
      [...namespaces].map((own) => ({
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: own },
      })),
    );
    onTestFinished(async () => {
      await cluster().kubectl(["delete", "namespace", ...namespaces, "--wait=false"]);
    });
    const manifest = JSON.stringify({ apiVersion: "v1", kind: "List", items: known });
    const args = ["apply", "--dry-run=server", "--validate=strict", "-f", "-"];
    await expect(cluster().kubectl(args, { input: manifest })).resolves.toContain(
      "deployment.apps",
    );
  });
});

test.each([
  ["a name that is not known", ["operator.imge=x"], "'imge' not allowed"],
  ["a scope that is none", ["operator.rbac.scope=world"], "/operator/rbac/scope"],
  ["replicas that are no number", ["operator.replicaCount=many"], "/operator/replicaCount"],
  ["a pull secret in another form", ["operator.defaultImagePullSecrets[0].key=x"], "not allowed"],
  ["memory in words", ["redis.maxMemory=plenty"], "/redis/maxMemory"],
  ["the reference's image", ["operator.image=ghcr.io/stacklok/toolhive/operator:v1"], "leave the"],
  ["namespaces in cluster scope", ["operator.rbac.allowedNamespaces={a}"], "has no effect"],
  [
    "two ports of one name",
    ["operator.ports[0].name=metrics", "operator.ports[0].containerPort=9000"].concat([
      "operator.ports[1].name=metrics",
      "operator.ports[1].containerPort=9001",
    ]),
    "one named health",
  ],
])("the chart refuses %s", async (_what, values, message) => {
  await expect(render(cluster(), set(...values))).rejects.toThrow(message);
});

test("no right is given twice", async () => {
  const { objects } = await render(cluster(), []);
  const given = objects.flatMap(({ rules = [] }) =>
    rules.flatMap(({ apiGroups, resources, resourceNames = [], verbs }) =>
      resources.flatMap((resource) =>
        verbs.map((verb) => [apiGroups, resource, resourceNames, verb].join(" ")),
      ),
    ),
  );
  expect(given.length).toBeGreaterThan(50);
  expect(given.filter((right, at) => given.indexOf(right) !== at)).toEqual([]);
});

test("a variable that the chart sets is there once, whatever else is asked for", async () => {
  const values = ["operator.env[0].name=WATCH_NAMESPACE", "operator.env[0].value=elsewhere"];
  const more = [
    "operator.env[1].name=NODE_OPTIONS",
    "operator.env[1].value=--max-old-space-size=99",
  ];
  const { text } = await render(cluster(), set(...values, ...more));
  expect(text.match(/name: WATCH_NAMESPACE\n/g)).toHaveLength(1);
  expect(text).not.toContain("elsewhere");
  expect(text).toContain("--max-old-space-size=99");
});

describe("the notes", () => {
  const notes = async (...values: readonly string[]) => {
    const dryRun = ["--dry-run=client", "--namespace=ns", ...values];
    const said = await cluster().helm(["install", "headgate", OPERATOR_CHART, ...dryRun]);
    return said.slice(said.indexOf("NOTES:"));
  };

  test("say the next commands, and how to get the kinds where they are missing", async () => {
    const said = await notes();
    expect(said).toContain("kubectl -n ns rollout status deployment/headgate-headgate-operator");
    expect(said).toContain("helm install headgate-crds oci://");
  });

  test("have a first gateway that the kinds of ours take", async () => {
    const text = /^kubectl apply -f - <<END\n([\s\S]*?\n)END\n/m.exec(await notes())?.[1] ?? "";
    const objects = parseAllDocuments(text).map((one) => one.toJS() as { kind: string });
    expect(objects.map(({ kind }) => kind)).toEqual([
      "MCPGroup",
      "MCPServerEntry",
      "VirtualMCPServer",
    ]);
    for (const object of objects) {
      const kind = KINDS.find((one) => one.kind === object.kind);
      expect(kind && manifestSchema(kind).safeParse(object).error).toBeUndefined();
      expect(kind).toBeDefined();
    }
  });

  test("name the values of another chart that do nothing here", async () => {
    const said = await notes("--values", join(FOLDER, "reference.values.yaml"));
    for (const value of [
      "operator.autoscaling",
      "operator.gc",
      "operator.proxyHost",
      "registryAPI",
    ])
      expect(said).toContain(value);
    expect(said).toContain("it acts in ns and nowhere else");
  });
});

test("in namespace scope there is nothing in the cluster, and roles in each namespace and no other", async () => {
  const values = set("operator.rbac.scope=namespace", "operator.rbac.allowedNamespaces={a,b}");
  const { objects } = await render(cluster(), values);
  expect(objects.filter(({ metadata }) => metadata.namespace === undefined)).toEqual([]);
  expect(
    names(objects)
      .filter((name) => name.startsWith("Role"))
      .toSorted(),
  ).toEqual([
    "Role a/headgate-headgate-operator",
    "Role b/headgate-headgate-operator",
    "Role ns/headgate-headgate-operator-leader-election",
    "RoleBinding a/headgate-headgate-operator",
    "RoleBinding b/headgate-headgate-operator",
    "RoleBinding ns/headgate-headgate-operator-leader-election",
  ]);
});

test("in namespace scope without namespaces, the operator acts in its own and not in all", async () => {
  const { text, objects } = await render(cluster(), set("operator.rbac.scope=namespace"));
  expect(text).toMatch(/name: WATCH_NAMESPACE\n\s+value: "ns"/);
  expect(names(objects)).toContain("Role ns/headgate-headgate-operator");
});

test("two releases have no object in common", async () => {
  const all = set(
    "redis.enabled=true",
    "serviceMonitor.enabled=true",
    "networkPolicy.enabled=true",
  );
  const namesOf = async (release: string, namespace: string) => {
    const { objects } = await render(cluster(), [...all, "--namespace", namespace], release);
    return names(objects);
  };
  const one = await namesOf("one", "ns");
  expect(one.length).toBeGreaterThan(8);
  for (const other of [await namesOf("two", "ns"), await namesOf("one", "elsewhere")]) {
    expect(one.filter((name) => other.includes(name))).toEqual([]);
  }
});

test("the dashboard is JSON, and every panel has a source and a place of its own", async () => {
  const { objects } = await render(cluster(), set("grafanaDashboard.enabled=true"));
  const data = objects.find(({ kind }) => kind === "ConfigMap")?.data?.["headgate.json"] ?? "";
  const { panels } = JSON.parse(data) as {
    panels: readonly { id: number; gridPos: { x: number; y: number; w: number; h: number } }[];
  };
  const places = panels.map(({ gridPos: { x, y } }) => `${x},${y}`);
  expect(new Set(places).size).toBe(panels.length);
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
});

test("what the guides set are values of the chart", async () => {
  const guides = ["kubernetes", "migrate-from-toolhive", "operations"];
  const texts = await Promise.all(
    guides.map((guide) => readFile(join(ROOT, `docs/guides/${guide}.md`), "utf8")),
  );
  const commands = texts.join("\n").replaceAll("\\\n", " ").split("\n");
  const settings = commands
    .filter((line) => line.includes("charts/headgate-operator "))
    .flatMap((line) => [...line.matchAll(/--set '?([^\s']+)'?/g)].map(([, one = ""]) => one));
  const switches = texts.flatMap((text) =>
    [...text.matchAll(/`(\w+\.enabled=true)`/g)].map(([, one = ""]) => one),
  );
  expect(settings).toContain("operator.rbac.scope=namespace");
  expect(switches).toContain("prometheusRule.enabled=true");
  const { objects } = await render(cluster(), set(...new Set([...settings, ...switches])));
  expect(names(objects)).toContain("Role team-a/headgate-headgate-operator");
});

test("the guide says of every alert what to do", async () => {
  const { text } = await render(cluster(), set("prometheusRule.enabled=true"));
  const alerts = [...text.matchAll(/alert: (\w+)/g)].map(([, alert = ""]) => alert);
  const guide = await readFile(join(ROOT, "docs/guides/operations.md"), "utf8");
  expect(alerts.length).toBeGreaterThan(5);
  expect(alerts.filter((alert) => !guide.includes(`| \`${alert}\``))).toEqual([]);
});
