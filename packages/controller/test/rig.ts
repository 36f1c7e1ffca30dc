import { randomBytes } from "node:crypto";
import type { Cluster } from "@headgate/test-cluster/vitest";
import type { ApiClient } from "../src/api/client.ts";
import { connect } from "../src/api/connect.ts";
import type { KubeObject } from "../src/api/object.ts";
import type { CacheReader } from "../src/cache/store.ts";
import type { Informer } from "../src/informer/informer.ts";
import { faultProxy, type FaultProxy } from "./fault-proxy.ts";
import { namespaces } from "./kinds.ts";

/** What a test has against a real API server. */
export interface Rig {
  /** Straight to the API server, over TLS. */
  readonly direct: ApiClient;
  /** Through the proxy. */
  readonly client: ApiClient;
  readonly proxy: FaultProxy;
  /** A namespace of the test's own. */
  readonly namespace: string;
  /** Aborts when the test is over. */
  readonly signal: AbortSignal;
}

/** Runs a test with a client through a proxy and a namespace of its own, and ends all that it began. */
export async function withRig(
  cluster: Cluster,
  body: (rig: Rig) => Promise<void>,
  options: { timeoutMs?: number } = {},
): Promise<void> {
  const proxy = await faultProxy(cluster.kubeconfig);
  const stop = new AbortController();
  const namespace = `controller-${randomBytes(4).toString("hex")}`;
  const userAgent = `test/${namespace}`;
  const direct = connect({ kubeConfig: { from: "file", path: cluster.kubeconfig }, userAgent });
  const client = connect({
    kubeConfig: { from: "text", text: proxy.kubeconfig },
    userAgent,
    ...options,
  });
  try {
    await direct.create(namespaces, { metadata: { name: namespace } });
    await body({ direct, client, proxy, namespace, signal: stop.signal });
  } finally {
    stop.abort();
    await direct.delete(namespaces, { name: namespace });
    client.close();
    direct.close();
    await proxy.close();
  }
}

/** Runs an informer in the background until a signal; what it would reject with fails the test. */
export function started<T extends KubeObject>(
  informer: Informer<T>,
  signal: AbortSignal,
): Informer<T> {
  void informer.run(signal);
  return informer;
}

/** Resolves as soon as a cache is as wanted. */
export function until<T extends KubeObject>(
  { cache, subscribe }: Pick<Informer<T>, "cache" | "subscribe">,
  wanted: (cache: CacheReader<T>) => boolean,
): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (!wanted(cache)) return;
      queueMicrotask(() => end());
      resolve();
    };
    const end = subscribe(check);
    check();
  });
}
