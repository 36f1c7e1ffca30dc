import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { connect, type KubeObject, noLog, noMetrics } from "@headgate/controller";
import { useCluster } from "@headgate/test-cluster/vitest";
import { beforeAll, describe, expect, onTestFinished, vi } from "vitest";
import { createOperator } from "../src/operator.ts";
import { settingsFrom } from "../src/settings/settings.ts";
import { CuttingProxy, type Fault } from "./cutting-proxy.ts";
import { installKinds } from "./operator-rig.ts";

const { test, ownTest, cluster } = useCluster({ node: false });

const API = "toolhive.stacklok.dev/v1beta1";
const KINDS = "vmcp,mcpserverentry,mcpgroup,deploy,svc,cm,secret,sa,role,rolebinding,pdb";
/** Kinds whose status is for controllers of the cluster to write. */
const CONTROLLED = new Set(["Deployment", "PodDisruptionBudget"]);
const GIVEN = new Set(["ConfigMap/kube-root-ca.crt", "ServiceAccount/default"]);
/** Operators that are killed at the same time, each in a namespace of its own. */
const AT_A_TIME = 4;
const EVENTUALLY = { timeout: 60_000, interval: 50 };
/** What of an object is different each time although the object is the same. */
const OWN = new Set([
  "uid",
  "resourceVersion",
  "creationTimestamp",
  "managedFields",
  "namespace",
  "lastTransitionTime",
  "clusterIP",
  "clusterIPs",
  "deployment.kubernetes.io/revision",
  "kubectl.kubernetes.io/last-applied-configuration",
  // Of a text with the namespace in it.
  "toolhive.stacklok.dev/content-checksum",
]);

interface Thing extends KubeObject {
  readonly kind: string;
  readonly metadata: KubeObject["metadata"] & { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: object;
  readonly status?: object;
}

/** A namespace with a group, two entries and a limited gateway, as somebody applied them. */
async function applied(maxTokens = 10): Promise<string> {
  const namespace = `chaos-${randomBytes(4).toString("hex")}`;
  await cluster().kubectl(["create", "namespace", namespace]);
  onTestFinished(async () => {
    await cluster().kubectl(["delete", "namespace", namespace, "--wait=false"]);
  });
  await applyIn(namespace, maxTokens);
  return namespace;
}

async function applyIn(namespace: string, maxTokens: number): Promise<void> {
  const object = (kind: string, name: string, spec: object) => ({
    apiVersion: API,
    kind,
    metadata: { name, namespace },
    spec,
  });
  const groupRef = { name: "tools" };
  const entry = (name: string) => {
    const remoteUrl = `https://${name}.example.com/mcp`;
    return object("MCPServerEntry", name, { remoteUrl, transport: "streamable-http", groupRef });
  };
  await cluster().apply([
    object("MCPGroup", "tools", {}),
    entry("one"),
    entry("two"),
    object("VirtualMCPServer", "gateway", {
      groupRef,
      incomingAuth: { type: "anonymous" },
      podDisruptionBudget: {},
      sessionStorage: { provider: "redis", address: "redis:6379" },
      config: { rateLimiting: { shared: { maxTokens, refillPeriod: "1m0s" } } },
    }),
  ]);
}

interface Operating {
  readonly proxy: CuttingProxy;
  readonly ended: Promise<void>;
  /** Ends it in order. */
  readonly stop: () => Promise<void>;
}

/** An operator of one namespace whose every request goes through a proxy of its own. */
async function operate(
  namespace: string,
  options: {
    readonly leaderElect?: boolean;
    readonly rule?: (proxy: CuttingProxy, die: () => void) => CuttingProxy["rule"];
  } = {},
): Promise<Operating> {
  const proxy = await CuttingProxy.open(cluster().kubeconfig);
  const kubeConfig = { from: "text", text: proxy.kubeconfig } as const;
  const client = connect({ kubeConfig, userAgent: `headgate-operator/${namespace}` });
  const stopping = new AbortController();
  // As by SIGKILL: nothing of it reaches the API server any more, and it reads no answer.
  const die = () => {
    proxy.die();
    stopping.abort();
  };
  if (options.rule !== undefined) proxy.rule = options.rule(proxy, die);
  const operator = () =>
    createOperator({
      client,
      // No gateway runs: there is nobody to ask.
      pods: { get: () => Promise.reject(new Error("No Pod is there.")) },
      settings: settingsFrom({
        POD_NAMESPACE: namespace,
        WATCH_NAMESPACE: namespace,
        VMCP_IMAGE: "headgate.test/gateway:1",
      }),
      leaderElect: options.leaderElect ?? false,
      identity: randomBytes(4).toString("hex"),
      log: noLog,
      metrics: noMetrics,
    });
  // Started anew when it ends, as its Deployment does; unless it is to lead, and leads no more.
  const ended = (async () => {
    for (;;) {
      await operator()
        .run(stopping.signal)
        .catch(() => delay(100));
      if (stopping.signal.aborted || options.leaderElect === true) return;
    }
  })();
  let closing: Promise<void> | undefined;
  const close = async () => {
    stopping.abort();
    await ended;
    client.close();
    await proxy.close();
  };
  const stop = () => (closing ??= close());
  onTestFinished(stop);
  return { proxy, ended, stop };
}

/** Everything in a namespace that anybody made, without what is different each time. */
async function state(namespace: string): Promise<Readonly<Record<string, unknown>>> {
  const text = await cluster().kubectl(["get", "-n", namespace, KINDS, "-o", "json"]);
  const { items } = JSON.parse(text) as { items: Thing[] };
  const uids = new Map(
    items.map(({ kind, metadata }) => [metadata.uid, `${kind}/${metadata.name}`]),
  );
  const known = items
    .map((item) => [`${item.kind}/${item.metadata.name}`, item] as const)
    .filter(([key]) => !GIVEN.has(key))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const shown = JSON.stringify(Object.fromEntries(known.map(([key, item]) => [key, bare(item)])));
  const named = [...uids].reduce((all, [uid, name]) => all.replaceAll(uid ?? "", name), shown);
  return JSON.parse(named.replaceAll(namespace, "NAMESPACE")) as Record<string, unknown>;
}

function bare(item: Thing): unknown {
  const text = JSON.stringify(item, (key, value: unknown) => {
    if (OWN.has(key)) return undefined;
    return value;
  });
  const { status, data, ...rest } = JSON.parse(text) as Thing;
  // What a Secret holds is different each time.
  if (item.kind === "Secret") return { ...rest, keys: Object.keys(data ?? {}) };
  return CONTROLLED.has(item.kind) ? rest : { ...rest, data, status };
}

/** What an operator that nothing befalls comes to. */
async function goldenState(maxTokens = 10): Promise<Awaited<ReturnType<typeof state>>> {
  const namespace = await applied(maxTokens);
  const { stop } = await operate(namespace);
  const all = await vi.waitFor(async () => settled(namespace), EVENTUALLY);
  await stop();
  return all;
}

/** The state of a namespace, once everything in it was judged and no write follows. */
async function settled(namespace: string): Promise<Awaited<ReturnType<typeof state>>> {
  const before = await state(namespace);
  expect(before).toHaveProperty(
    ["VirtualMCPServer/gateway", "status", "discoveredBackends", "length"],
    2,
  );
  expect(before).toHaveProperty(["MCPGroup/tools", "status", "entryCount"], 2);
  await delay(700);
  expect(await state(namespace)).toEqual(before);
  return before;
}

/** Waits for the golden state; the difference is what a failure shows. */
async function becomes(
  namespace: string,
  golden: Awaited<ReturnType<typeof state>>,
): Promise<void> {
  await vi.waitFor(async () => expect(await state(namespace)).toEqual(golden), EVENTUALLY);
}

let golden: Awaited<ReturnType<typeof state>>;

beforeAll(async () => installKinds(cluster()), 300_000);

// The others compare with what comes of this one.
test("an operator that nothing befalls makes each object once", async () => {
  golden = await goldenState();
  expect(Object.keys(golden)).toEqual([
    "ConfigMap/gateway-vmcp-config",
    "Deployment/gateway",
    "MCPGroup/tools",
    "MCPServerEntry/one",
    "MCPServerEntry/two",
    "PodDisruptionBudget/gateway",
    "Role/gateway-vmcp",
    "RoleBinding/gateway-vmcp",
    "Secret/gateway-hmac-secret",
    "Service/vmcp-gateway",
    "ServiceAccount/gateway-vmcp",
    "VirtualMCPServer/gateway",
  ]);
});

/** Kills an operator at its nth request, starts another, and waits for the golden state. */
async function killedAt(nth: number, fault: "cut" | "cut the answer"): Promise<boolean> {
  const namespace = await applied();
  const killed = Promise.withResolvers<void>();
  const { proxy, stop } = await operate(namespace, {
    rule: (_proxy, die) => () => {
      if (proxy.requests.length < nth) return undefined;
      // Whoever dies after its request was heard has its answer on the way.
      if (fault === "cut") die();
      else setTimeout(die, 100);
      killed.resolve();
      return fault;
    },
  });
  const done = becomes(namespace, golden);
  await Promise.race([killed.promise, done]);
  const wasKilled = proxy.requests.length >= nth;
  await stop();
  if (wasKilled) await operate(namespace);
  await done;
  return wasKilled;
}

describe("an operator that is killed at a request", () => {
  test.each(["cut", "cut the answer"] as const)(
    "leaves what the next one brings to the golden state: each request is %s once",
    async (fault) => {
      // Until an operator has come to the golden state before it got that far.
      let nth = 0;
      let isOver = false;
      await Promise.all(
        Array.from({ length: AT_A_TIME }, async () => {
          while (!isOver) if (!(await killedAt((nth += 1), fault))) isOver = true;
        }),
      );
      // No operator gets there with fewer requests than there are objects: each of them it writes once.
      expect(nth).toBeGreaterThan(Object.keys(golden).length);
    },
    240_000,
  );

  test("in the middle of a changed limit leaves that to the next one", async () => {
    const changed = await goldenState(99);
    for (const nth of [1, 2]) {
      for (const fault of ["cut", "cut the answer"] as const) {
        const namespace = await applied();
        const first = await operate(namespace);
        await becomes(namespace, golden);
        const before = first.proxy.requests.length;
        const hit = Promise.withResolvers<void>();
        first.proxy.rule = () => {
          if (first.proxy.requests.length < before + nth) return undefined;
          hit.resolve();
          return fault;
        };
        await applyIn(namespace, 99);
        await hit.promise;
        first.proxy.die();
        await first.stop();
        const { stop } = await operate(namespace);
        await vi.waitFor(
          async () =>
            expect(withoutGenerations(await state(namespace))).toEqual(withoutGenerations(changed)),
          EVENTUALLY,
        );
        // The limit never rolls a Pod, however often it was tried.
        expect(await state(namespace)).toHaveProperty(
          ["Deployment/gateway", "metadata", "generation"],
          1,
        );
        await stop();
      }
    }
  }, 120_000);
});

/** Whoever changes a spec gives it another generation than whoever made it so. */
function withoutGenerations(all: object): unknown {
  return JSON.parse(
    JSON.stringify(all, (key, value: unknown) =>
      key === "generation" || key === "observedGeneration" ? undefined : value,
    ),
  );
}

/** Whether it was not tried before; it is by now. */
function isFirst(tried: Set<string>, what: string): boolean {
  return tried.size < tried.add(what).size;
}

const REFUSALS: readonly (readonly [string, Fault])[] = [
  ["a conflict", { answer: 409, reason: "Conflict" }],
  ["too many requests", { answer: 429, reason: "TooManyRequests" }],
  ["an error of the server", { answer: 500, reason: "InternalError" }],
  ["no answer, once it was done", "cut the answer"],
];

describe("an operator whose every first request is answered with", () => {
  test.each(REFUSALS)(
    "%s comes to the golden state",
    async (_what, fault) => {
      const namespace = await applied();
      const tried = new Set<string>();
      await operate(namespace, {
        rule:
          () =>
          ({ method, path }) =>
            isFirst(tried, `${method} ${path}`) ? fault : undefined,
      });
      await becomes(namespace, golden);
      expect(tried.size).toBeGreaterThan(10);
    },
    60_000,
  );
});

test("an operator whose watches are cut time and again comes to the golden state", async () => {
  const namespace = await applied(5);
  const { proxy } = await operate(namespace);
  const cutting = setInterval(() => proxy.cutWatches(), 50);
  onTestFinished(() => clearInterval(cutting));
  await cluster().kubectl(["wait", "-n", namespace, "--for=create", "deploy/gateway"]);
  await cluster().kubectl([
    "delete",
    "-n",
    namespace,
    "svc/vmcp-gateway",
    "cm/gateway-vmcp-config",
  ]);
  await applyIn(namespace, 10);
  await delay(1_000);
  clearInterval(cutting);
  await vi.waitFor(
    async () =>
      expect(withoutGenerations(await state(namespace))).toEqual(withoutGenerations(golden)),
    EVENTUALLY,
  );
}, 60_000);

ownTest(
  "an operator under which the API server is killed and comes back comes to the golden state",
  async () => {
    const namespace = await applied();
    const began = Promise.withResolvers<void>();
    await operate(namespace, {
      rule: (proxy) => () => {
        if (proxy.requests.length === 5) began.resolve();
        return undefined;
      },
    });
    await began.promise;
    await cluster().stopApiServer();
    await cluster().startApiServer();
    await becomes(namespace, golden);
  },
  90_000,
);

test("a leader that is cut off ends by itself, and the next one brings all to the golden state", async () => {
  const namespace = await applied();
  const began = Promise.withResolvers<void>();
  const first = await operate(namespace, {
    leaderElect: true,
    rule: (proxy) => () => {
      if (proxy.requests.filter((request) => !request.path.includes("/leases")).length < 6)
        return undefined;
      began.resolve();
      return "cut";
    },
  });
  await began.promise;
  const second = await operate(namespace, { leaderElect: true });
  await first.ended;
  await becomes(namespace, golden);
  expect(second.proxy.requests.some(({ method }) => method === "PATCH")).toBe(true);
}, 90_000);

test("what was made under chaos goes with the gateway that it was made for", async () => {
  const namespace = await applied();
  const tried = new Set<string>();
  await operate(namespace, {
    rule:
      () =>
      ({ method, path }) =>
        method !== "GET" && isFirst(tried, path) ? "cut the answer" : undefined,
  });
  await becomes(namespace, golden);
  await cluster().kubectl(["delete", "-n", namespace, "vmcp/gateway"]);
  await vi.waitFor(
    async () =>
      expect(Object.keys(await state(namespace))).toEqual([
        "MCPGroup/tools",
        "MCPServerEntry/one",
        "MCPServerEntry/two",
      ]),
    EVENTUALLY,
  );
}, 60_000);
