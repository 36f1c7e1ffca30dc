import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { connect, noLog, noMetrics, type KubeObject } from "@headgate/controller";
import type { Cluster } from "@headgate/test-cluster/vitest";
import { vi } from "vitest";
import type { Cached, CacheName } from "../src/cluster/caches.ts";
import { createOperator } from "../src/operator.ts";
import { settingsFrom } from "../src/settings/settings.ts";
import { kindOf } from "./known-objects.ts";

const DEFINITIONS = new URL("../../../deploy/charts/operator-crds/files/crds/", import.meta.url);

/** Puts the definitions of every kind into the cluster. */
export async function applyDefinitions({ kubectl }: Cluster): Promise<void> {
  const folder = fileURLToPath(DEFINITIONS);
  await kubectl(["apply", "--server-side", "--force-conflicts", "-f", folder]);
  await kubectl(["wait", "--for=condition=Established", "--timeout=60s", "-f", folder]);
}

/** A namespace of its own, in which an operator acts until the end of the test. */
export class ToolsNamespace implements AsyncDisposable {
  readonly name = `tools-${randomBytes(4).toString("hex")}`;
  readonly userAgent = `operator-of-${this.name}`;
  readonly #client;
  readonly #kubeconfig: string;
  #stop: (() => Promise<void>) | undefined;

  private constructor(kubeconfig: string) {
    this.#kubeconfig = kubeconfig;
    this.#client = connectedTo(kubeconfig, "test");
  }

  /** Makes the namespace; an operator runs in it unless it is to be started later. */
  static async in(
    { kubeconfig, kubectl }: Cluster,
    { operator = true } = {},
  ): Promise<ToolsNamespace> {
    const namespace = new ToolsNamespace(kubeconfig);
    await kubectl(["create", "namespace", namespace.name]);
    if (operator) namespace.start();
    return namespace;
  }

  /** Starts the operator. */
  start(): void {
    const client = connectedTo(this.#kubeconfig, this.userAgent);
    const stop = new AbortController();
    const operator = createOperator({
      client,
      settings: settingsFrom({ WATCH_NAMESPACE: this.name, POD_NAMESPACE: this.name }),
      leaderElect: false,
      // No gateway runs: there is nobody to ask.
      pods: { get: () => Promise.reject(new Error("No Pod is there.")) },
      identity: this.name,
      log: noLog,
      metrics: noMetrics,
    });
    const ended = operator.run(stop.signal);
    this.#stop = async () => {
      stop.abort();
      await ended;
      client.close();
    };
  }

  /** Stops the operator and waits for its end. */
  async stop(): Promise<void> {
    await this.#stop?.();
    this.#stop = undefined;
  }

  /** Applies an object of any kind that the operator knows. */
  async apply(object: { kind: string } & KubeObject & Record<string, unknown>): Promise<void> {
    const metadata = { ...object.metadata, namespace: this.name };
    const { apiVersion, kind } = kindOf(object);
    await this.#client.patch(
      kind,
      { namespace: this.name, name: metadata.name ?? "" },
      {
        type: "apply",
        body: { ...object, apiVersion, metadata },
        fieldManager: "test",
        force: true,
      },
    );
  }

  /** Changes the status of an object as another operator would. */
  async report(cache: CacheName, name: string, status: object): Promise<void> {
    const patch = { type: "merge", body: { status }, subresource: "status" } as const;
    await this.#client.patch(kindOf(cache).kind, { namespace: this.name, name }, patch);
  }

  /** Deletes an object; it may wait for finalizers. */
  async delete(what: Parameters<typeof kindOf>[0], name: string): Promise<void> {
    await this.#client.delete(kindOf(what).kind, { namespace: this.name, name });
  }

  /** An object as it is now; undefined when it is gone. */
  async get<N extends CacheName>(cache: N, name: string): Promise<Cached<N> | undefined> {
    const object = await this.#client.get(kindOf(cache).kind, { namespace: this.name, name });
    return object as unknown as Cached<N> | undefined;
  }

  /** Waits until an object is as it should be, and answers it. */
  async until<N extends CacheName>(
    cache: N,
    name: string,
    check: (object: Cached<N> | undefined) => void,
  ): Promise<Cached<N> | undefined> {
    const look = async () => {
      const object = await this.get(cache, name);
      check(object);
      return object;
    };
    return vi.waitFor(look, { timeout: 20_000, interval: 50 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    this.#client.close();
  }
}

function connectedTo(path: string, userAgent: string) {
  return connect({ kubeConfig: { from: "file", path }, userAgent });
}
