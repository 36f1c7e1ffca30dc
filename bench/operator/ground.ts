import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import {
  type ApiClient,
  connect,
  createInformer,
  type Informer,
  type KubeObject,
} from "@headgate/controller";
import type { ControlPlane, Write } from "@headgate/test-cluster";
import { deployments, NAMESPACE, services } from "./objects.ts";
import { type OperatorProcess, startOperator } from "./operator-process.ts";

const DEFINITIONS = fileURLToPath(
  new URL("../../deploy/charts/operator-crds/files/crds", import.meta.url),
);
const QUIET_MS = 1_500;

/** A cluster with our kinds and a running operator, and what is seen of it. */
export interface Ground {
  readonly client: ApiClient;
  readonly operator: OperatorProcess;
  readonly deployments: Informer<KubeObject>;
  readonly services: Informer<KubeObject>;
  /** A place in the record of writes to count from. */
  mark(): Promise<number>;
  /** What the operator wrote since a mark, but renewals of its lease, once it writes nothing for a while. */
  writes(mark: number): Promise<readonly Write[]>;
  /** Ends the operator; the cluster is whoever's it was. */
  close(): Promise<void>;
}

/** Installs our kinds in a cluster, starts the operator and follows what it makes. */
export async function openGround(
  { kubectl, kubeconfig, audit }: ControlPlane,
  image: string,
): Promise<Ground> {
  await kubectl(["apply", "--server-side", "-f", DEFINITIONS]);
  await kubectl(["wait", "--for=condition=Established", "--timeout=60s", "-f", DEFINITIONS]);
  await kubectl(["create", "namespace", NAMESPACE]);
  const operator = await startOperator({ kubeconfig, namespace: NAMESPACE, image });
  const client = connect({ kubeConfig: { from: "file", path: kubeconfig }, userAgent: "bench" });
  const made = createInformer({ client, kind: deployments, namespaces: [NAMESPACE] });
  const reached = createInformer({ client, kind: services, namespaces: [NAMESPACE] });
  const stop = new AbortController();
  const following = [made, reached].map((informer) => informer.run(stop.signal));
  await Promise.all([made.synced, reached.synced]);
  const written = async (mark: number) =>
    (await audit.writes(mark)).filter(
      ({ userAgent, resource }) =>
        userAgent.startsWith("headgate-operator/") && resource !== "leases",
    );
  return {
    client,
    operator,
    deployments: made,
    services: reached,
    mark: () => audit.mark(),
    async writes(mark) {
      let before = -1;
      for (;;) {
        const all = await written(mark);
        if (all.length === before) return all;
        before = all.length;
        await delay(QUIET_MS);
      }
    },
    async close() {
      await operator.stop();
      stop.abort();
      await Promise.all(following);
      client.close();
    },
  };
}

/** Resolves with the moment, in monotonic milliseconds, at which each of these was first there. */
export function firstSeen(
  { subscribe }: Informer<KubeObject>,
  names: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const missing = new Set(names);
  const seen = new Map<string, number>();
  return new Promise((resolve) => {
    const end = subscribe(({ current }) => {
      const { name = "" } = current?.metadata ?? {};
      if (!missing.delete(name)) return;
      seen.set(name, performance.now());
      if (missing.size > 0) return;
      queueMicrotask(() => end());
      resolve(seen);
    });
  });
}
