import { type KubeObject, nameOfKey, type Reconcile } from "@headgate/controller";
import type { KindReconciler, Ports } from "../reconciler/kind-reconciler.ts";
import { adoptStatus } from "../reconciler/take-over.ts";
import { writeStatus } from "../reconciler/write-status.ts";
import { applyPlan } from "./apply-plan.ts";
import { Arrivals } from "./arrival.ts";
import { ContentMemory } from "./content-memory.ts";
import { contentNames } from "./content-names.ts";
import { namesFor } from "./names.ts";
import { observe } from "./observe.ts";
import { OwnSecrets } from "./own-secrets.ts";
import { planFor } from "./plan.ts";
import { PodHealth } from "./pod-health.ts";
import { statusOf } from "./status.ts";

/** Between two looks at how the backends of a gateway are. */
const HEALTH_EVERY_MS = 10_000;

/** Makes gateways of VirtualMCPServers. */
export const virtualMcpServerReconciler: KindReconciler = {
  name: "virtualmcpservers",
  of: "virtualMcpServers",
  owns: [
    "configMaps",
    "secrets",
    "services",
    "serviceAccounts",
    "roles",
    "roleBindings",
    "deployments",
    "disruptionBudgets",
    "autoscalers",
    "networkPolicies",
  ],
  // A gateway is three round trips to a server that may be busy: with few at a time, many wait while nothing is done.
  concurrency: 12,
  create: (ports) => {
    const health = new PodHealth({
      pods: ports.pods,
      all: () => ports.caches.pods.cache.all(),
      changed: ports.again,
      everyMs: HEALTH_EVERY_MS,
      log: ports.log,
    });
    ports.alongside((signal) => health.run(signal));
    return reconcileWith(ports, health);
  },
};

function reconcileWith(ports: Ports, health: PodHealth): Reconcile {
  const { client, caches, settings, randomBytes } = ports;
  const memory = new ContentMemory(client);
  const ownSecrets = new OwnSecrets({ client, randomBytes, memory });
  const arrivals = new Arrivals();
  return async (key, { signal }) => {
    const { namespace = "", name } = nameOfKey(key);
    const seen = ports.look(key, (reads) => {
      const observed = observe(reads, namespace, name);
      return observed && { observed, names: contentNames(reads, observed, settings) };
    });
    const ownName = namesFor(name).hmacSecret;
    if (seen === undefined) {
      ownSecrets.forget(namespace, ownName);
      return undefined;
    }
    const { observed, names } = seen;
    const waitMs = arrivals.waitMs(observed, performance.now());
    if (waitMs > 0) return { requeueAfterMs: waitMs };
    const hmacSecret = await ownSecrets.bytesOf(names.secrets.get(ownName), signal);
    const contents = await memory.read(names, hmacSecret, signal);
    const plan = planFor(observed, { contents, settings, hmacSecret });
    const wroteSecret = (secret: KubeObject) => void ownSecrets.learn(secret);
    const application = { ports, observed, contents, wroteSecret, signal };
    const hindrances = await applyPlan(application, plan);
    // What was applied just now is in the caches already.
    const deployment = caches.deployments.cache.get(key);
    const status = statusOf({
      observed: { ...observed, deployment },
      plan,
      hindrances,
      facts: health.of(namespace, observed.pods),
      nowMs: ports.nowMs(),
    });
    await adoptStatus(client, caches.virtualMcpServers.kind, observed.server, signal);
    tell(ports, observed.server, status);
    const informer = caches.virtualMcpServers;
    await writeStatus({ client, informer, live: observed.server, status, signal });
    return undefined;
  };
}

function tell(
  { record }: Ports,
  server: Parameters<typeof statusOf>[0]["observed"]["server"],
  status: ReturnType<typeof statusOf>,
): void {
  const ready = status.conditions?.find(({ type }) => type === "Ready");
  const before = server.status?.conditions?.find(({ type }) => type === "Ready");
  if (ready === undefined || status.phase !== "Failed" || before?.reason === ready.reason) return;
  record({
    regarding: server,
    type: "Warning",
    reason: ready.reason,
    action: "Reconcile",
    note: ready.message,
  });
}
