import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { openPassage, type Passage } from "@headgate/test-cluster";
import { useCluster } from "@headgate/test-cluster/vitest";
import { afterAll, beforeAll, expect, onTestFinished, vi } from "vitest";
import { ROOT } from "../docs/markdown.ts";
import { startEcho } from "../fixtures/echo/listen.ts";
import { messagesIn } from "../wire/http.ts";
import { openSession } from "../wire/session.ts";
import { CRDS_CHART, OPERATOR_CHART } from "./chart.ts";
import { alertExpressions, dashboardExpressions } from "./expressions.ts";
import { KINDS_LABEL } from "./kinds-label.ts";
import { importProgram, importRedis } from "./program-image.ts";
import { readPromQl } from "./promql.ts";

const { ownTest: test, cluster } = useCluster({ node: true, helm: true });

const HOME = "headgate-system";
const PATIENCE = { timeout: 90_000, interval: 200 };
const ends: (() => Promise<unknown>)[] = [];
const images = { operator: "", gateway: "", redis: "" };
let backend: Passage;

const kubectl = (...args: readonly string[]) => cluster().kubectl(args);

beforeAll(async () => {
  images.operator = await importProgram(cluster(), "operator");
  images.gateway = await importProgram(cluster(), "gateway");
  images.redis = await importRedis(cluster());
  const echo = await startEcho();
  backend = await openPassage(cluster().hostAddress, Number(new URL(echo.url).port));
  ends.push(echo.close, backend.close);
  await cluster().deleteDefinitions(KINDS_LABEL);
  await cluster().helm(["install", "headgate-crds", CRDS_CHART, "--set", "crds.keep=false"]);
  ends.push(() => cluster().helm(["uninstall", "headgate-crds"]));
}, 300_000);

afterAll(async () => {
  for (const end of ends.toReversed()) await end();
}, 120_000);

interface Result {
  readonly isError?: boolean;
}

/** Installs a release and waits until its operator is ready, as its notes say. */
async function install(release: string, values: readonly string[]): Promise<void> {
  const own = [`operator.image=${images.operator}`, `operator.vmcpImage=${images.gateway}`];
  const set = [...own, ...values].flatMap((value) => ["--set", value]);
  const place = [release, "--namespace", HOME];
  await cluster().helm(["install", ...place, OPERATOR_CHART, ...set]);
  onTestFinished(async () => {
    await cluster().helm(["uninstall", ...place]);
  });
  await kubectl("-n", HOME, "rollout", "status", `deployment/${release}`, "--timeout=90s");
}

/** A namespace that lets no Pod in which is not hardened. */
async function createNamespace(name: string): Promise<void> {
  const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
  await cluster().apply([{ apiVersion: "v1", kind: "Namespace", metadata: { name, labels } }]);
  onTestFinished(async () => {
    // The next test makes the home anew; the others may take their time.
    await kubectl("delete", "namespace", name, `--wait=${name === HOME}`);
  });
}

/** Puts a group of one server, and a gateway in front of it, into a namespace. */
async function applyTools(namespace: string, more: object = {}): Promise<void> {
  const object = (kind: string, name: string, spec: object) => ({
    apiVersion: "toolhive.stacklok.dev/v1beta1",
    kind,
    metadata: { name, namespace },
    spec,
  });
  const groupRef = { name: "tools" };
  await cluster().apply([
    object("MCPGroup", "tools", {}),
    object("MCPServerEntry", "echo", {
      groupRef,
      remoteUrl: `http://${backend.host}:${backend.port}/mcp`,
      transport: "streamable-http",
      allowPrivateEndpoint: true,
    }),
    object("VirtualMCPServer", "tools", { groupRef, incomingAuth: { type: "anonymous" }, ...more }),
  ]);
}

async function phaseIn(namespace: string): Promise<string> {
  return kubectl("-n", namespace, "get", "vmcp/tools", "-o", "jsonpath={.status.phase}");
}

/** What a tool of a namespace's gateway answers to so many calls, by MCP through its Service. */
async function callsIn(namespace: string, count: number): Promise<readonly Result[]> {
  const service = ["-n", namespace, "get", "service/vmcp-tools", "-o"];
  const address = await kubectl(...service, "jsonpath={.spec.clusterIP}");
  const session = await openSession(`http://${address}:4483/mcp`);
  const results: Result[] = [];
  for (let id = 1; id <= count; id += 1) {
    const [answer = "{}"] = await messagesIn(await session.call(id, "echo_as_json"));
    results.push((JSON.parse(answer) as { result?: Result }).result ?? {});
  }
  await session.end();
  return results;
}

/** The names of the metrics that a text in the format of Prometheus tells of. */
function families(text: string): ReadonlySet<string> {
  const named = text.matchAll(/^# TYPE (\S+) (\S+)$/gm);
  return new Set(
    [...named].flatMap(([, name = "", type]) =>
      type === "histogram" ? [name, `${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
    ),
  );
}

/** The labels of each metric that somebody has counted. */
function labelsIn(text: string): ReadonlyMap<string, ReadonlySet<string>> {
  const all = new Map<string, Set<string>>();
  for (const [, name = "", labels = ""] of text.matchAll(/^(\w+)\{(.*)\} \S+$/gm)) {
    const own = all.get(name) ?? new Set();
    for (const [, label = ""] of labels.matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)) own.add(label);
    all.set(name, own);
  }
  return all;
}

/** What Prometheus adds by who it asked. */
const TARGET_LABELS: ReadonlySet<string> = new Set(["namespace", "service", "pod"]);

test("two charts and three objects end in a gateway that keeps its limits in Redis, whose metrics dashboard and alerts ask for", async () => {
  for (const namespace of [HOME, "first"]) await createNamespace(namespace);
  await install("headgate-operator", ["redis.enabled=true", `redis.image=${images.redis}`]);
  await kubectl("-n", HOME, "rollout", "status", "deployment/headgate-operator-redis");
  const address = `headgate-operator-redis.${HOME}.svc.cluster.local:6379`;
  await applyTools("first", {
    sessionStorage: { provider: "redis", address },
    config: { rateLimiting: { shared: { maxTokens: 2, refillPeriod: "1h0m0s" } } },
  });
  await vi.waitFor(async () => expect(await phaseIn("first")).toBe("Ready"), PATIENCE);
  await vi.waitFor(() => callsIn("first", 0), PATIENCE);
  const [first, second, third] = await callsIn("first", 3);
  expect([first?.isError, second?.isError, third?.isError]).toEqual([undefined, undefined, true]);
  expect(JSON.stringify(third)).toMatch(/"retryAfterMs":\d+/);

  const scraped = async (namespace: string, selector: string, port: number) => {
    const pod = await kubectl("-n", namespace, "get", "pods", "-l", selector, "-o", "name");
    const name = pod.trim().replace("pod/", "");
    const path = `/api/v1/namespaces/${namespace}/pods/${name}:${port}/proxy/metrics`;
    return kubectl("get", "--raw", path);
  };
  const operators = "app.kubernetes.io/component=operator";
  const gateways = await scraped("first", "app=virtualmcpserver", 4483);
  expect(gateways).toMatch(/^headgate_rate_limit_degraded 0$/m);
  const served = (await scraped(HOME, operators, 8080)) + gateways;
  const [known, labelled] = [families(served), labelsIn(served)];
  for (const { of, text } of [...(await alertExpressions()), ...(await dashboardExpressions())]) {
    const { metrics, labels } = readPromQl(text);
    const missing = metrics.filter((name) => !known.has(name));
    // Of what nobody has counted yet, nobody can see how it is labelled.
    const strange = metrics.flatMap((name) => {
      const own = labelled.get(name) ?? new Set(labels);
      return labels.filter((label) => !own.has(label) && !TARGET_LABELS.has(label));
    });
    expect({ of, missing, strange }).toEqual({ of, missing: [], strange: [] });
  }
  const guide = await readFile(join(ROOT, "docs/guides/operations.md"), "utf8");
  const named = [...guide.matchAll(/`((?:headgate|toolhive)_[a-z_]+)`/g)];
  expect(named.length).toBeGreaterThan(5);
  expect(named.flatMap(([, name = ""]) => (known.has(name) ? [] : name))).toEqual([]);

  // As the guide has it for the end: what was made goes with what it was made for.
  await kubectl("delete", "toolhive", "--all", "--all-namespaces", "--timeout=60s");
  const made = ["-n", "first", "get", "all,configmap,secret,role,rolebinding,serviceaccount"];
  await vi.waitFor(
    async () => expect(await kubectl(...made, "-l", "headgate.dev/managed", "-o", "name")).toBe(""),
    PATIENCE,
  );
}, 240_000);

test("two releases side by side act each in its own namespaces and nowhere else", async () => {
  const places = { one: ["home-of-one", "second-of-one"], two: ["home-of-two"] };
  for (const name of [HOME, ...places.one, ...places.two]) await createNamespace(name);
  const mark = await cluster().audit.mark();
  for (const [release, namespaces] of Object.entries(places)) {
    const allowed = `operator.rbac.allowedNamespaces={${namespaces.join(",")}}`;
    const name = `fullnameOverride=${release}`;
    await install(release, [name, "operator.rbac.scope=namespace", allowed]);
  }
  for (const namespace of [...places.one, ...places.two]) {
    await applyTools(namespace);
    await vi.waitFor(async () => expect(await phaseIn(namespace)).toBe("Ready"), PATIENCE);
  }
  const writes = await cluster().audit.writes(mark);
  for (const [release, namespaces] of Object.entries(places)) {
    const account = `system:serviceaccount:${HOME}:${release}`;
    const by = writes.filter(({ user }) => user === account);
    expect(by.filter(({ code }) => code === 403)).toEqual([]);
    const written = new Set(by.map(({ namespace }) => namespace));
    expect(written).toEqual(new Set([HOME, ...namespaces]));
  }
}, 240_000);
