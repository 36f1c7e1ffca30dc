import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { type ApiClient, connect, type Log, noMetrics, podProxy } from "@headgate/controller";
import type { Cluster } from "@headgate/test-cluster/vitest";
import { expect, onTestFinished, vi } from "vitest";
import { createOperator } from "../src/operator.ts";
import { settingsFrom } from "../src/settings/settings.ts";

const CRDS = join(import.meta.dirname, "../../../deploy/charts/operator-crds/files/crds");

/** Installs every kind of ours in a cluster. */
export async function installKinds(cluster: Cluster): Promise<void> {
  await cluster.kubectl(["apply", "--server-side", "--force-conflicts", "-f", CRDS]);
  await cluster.kubectl(["wait", "--for=condition=Established", "crd", "--all", "--timeout=30s"]);
}

/** A namespace of its own for one test. */
export async function ownNamespace(cluster: Cluster): Promise<string> {
  const name = `operator-${randomUUID().slice(0, 8)}`;
  await cluster.kubectl(["create", "namespace", name]);
  onTestFinished(async () => {
    await cluster.kubectl(["delete", "namespace", name, "--wait=false"]);
  });
  return name;
}

/** An operator that was started. */
export interface RunningOperator {
  readonly stop: () => Promise<void>;
  /** Settles when it has ended, for whatever reason. */
  readonly ended: Promise<void>;
  readonly log: readonly string[];
}

/** How an operator is started, where that is not as usual. */
export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Puts something between the operator and its client. */
  readonly wrapped?: (client: ApiClient) => ApiClient;
  readonly leaderElect?: boolean;
}

/** An operator for one namespace, until the test is over or it is stopped. */
export async function startOperator(
  cluster: Cluster,
  namespace: string,
  { env = {}, wrapped = (client) => client, leaderElect = false }: StartOptions = {},
): Promise<RunningOperator> {
  const connection = {
    kubeConfig: { from: "file", path: cluster.kubeconfig },
    userAgent: `headgate-operator/test-${namespace}`,
  } as const;
  const client = connect(connection);
  const pods = podProxy({ ...connection, timeoutMs: 2_000 });
  const { log, lines } = rememberingLog();
  const operator = createOperator({
    client: wrapped(client),
    pods,
    settings: settingsFrom({
      POD_NAMESPACE: namespace,
      WATCH_NAMESPACE: namespace,
      VMCP_IMAGE: "headgate.test/gateway:1",
      ...env,
    }),
    leaderElect,
    identity: namespace,
    log,
    metrics: noMetrics,
  });
  const stopping = new AbortController();
  const running = operator.run(stopping.signal);
  running.catch(() => undefined);
  let stopped = false;
  const stop = async () => {
    if (stopped) return;
    stopped = true;
    stopping.abort();
    await running.catch(() => undefined);
    client.close();
    pods.close();
  };
  onTestFinished(stop);
  // What is applied before would be there when it looks for the first time, and nothing would arrive.
  await Promise.race([
    vi.waitFor(() => expect(lines.join()).toContain("every cache is full"), 30_000),
    running.catch(() => undefined),
  ]);
  return { stop, ended: running, log: lines };
}

function rememberingLog(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  const line =
    (level: string) =>
    (fields: Readonly<Record<string, unknown>>, message: string): void => {
      const { err, ...rest } = fields;
      lines.push(
        `${level} ${message} ${JSON.stringify(rest)} ${err instanceof Error ? err.message : ""}`,
      );
    };
  return { log: { info: line("info"), warn: line("warn"), error: line("error") }, lines };
}
