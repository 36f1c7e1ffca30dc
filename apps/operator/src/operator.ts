import { randomBytes } from "node:crypto";
import {
  type ApiClient,
  eventRecorder,
  lead,
  type Log,
  type Metrics,
  type PodProxy,
} from "@headgate/controller";
import { createCaches } from "./cluster/caches.ts";
import { KIND_RECONCILERS } from "./kinds.ts";
import { otherOperator } from "./process/other-operator.ts";
import type { World } from "./reconciler/kind-reconciler.ts";
import { controllerOf } from "./reconciler/run-kind.ts";
import type { Settings } from "./settings/settings.ts";

/** What an operator is made of. */
export interface OperatorParts {
  readonly client: ApiClient;
  readonly pods: Pick<PodProxy, "get">;
  readonly settings: Settings;
  readonly leaderElect: boolean;
  /** Different for every process. */
  readonly identity: string;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** An operator that can be run once. */
export interface Operator {
  /** Whether every cache is full. */
  readonly ready: () => boolean;
  /** Acts until the signal aborts, or until it leads no more. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/** Puts an operator together; nothing is read or written before it runs. */
export function createOperator(parts: OperatorParts): Operator {
  const { client, settings, log, metrics } = parts;
  const { watchNamespaces: namespaces } = settings;
  const caches = createCaches({ client, log, metrics, ...(namespaces && { namespaces }) });
  const recorder = eventRecorder({
    client,
    reporter: { controller: "headgate.dev/operator", instance: parts.identity },
    log,
  });
  const world: World = {
    client,
    pods: parts.pods,
    caches,
    settings,
    log,
    record: recorder.record,
    nowMs: Date.now,
    randomBytes,
  };
  let ready = false;

  async function run(signal: AbortSignal): Promise<void> {
    const stop = new AbortController();
    const end = () => stop.abort();
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
    await refuseBesideAnother(client, namespaces);
    const informers = Object.values(caches);
    const following = informers.map((informer) => informer.run(stop.signal));
    await Promise.race([Promise.all(informers.map(({ synced }) => synced)), aborted(stop.signal)]);
    ready = !stop.signal.aborted;
    if (ready) log.info({ caches: informers.length }, "every cache is full");
    const controllers = KIND_RECONCILERS.map((kind) => controllerOf(kind, world, metrics));
    const work = async (leading: AbortSignal): Promise<void> => {
      await Promise.all(controllers.map((controller) => controller.run(leading)));
    };
    try {
      if (!parts.leaderElect) await work(stop.signal);
      else await leadAlone(parts, work, stop.signal);
    } finally {
      end();
      await Promise.all([...following, recorder.flushed()]);
    }
  }

  return { ready: () => ready, run };
}

/** Acts as soon as no other operator of the installation does; resolves when it leads no more. */
async function leadAlone(
  { client, settings, identity, log, metrics }: OperatorParts,
  work: (leading: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const lease = { namespace: settings.namespace, name: settings.lease };
  // Whoever waited to lead may have waited for days, and another may have come meanwhile.
  const alone = async (leading: AbortSignal): Promise<void> => {
    await refuseBesideAnother(client, settings.watchNamespaces);
    await work(leading);
  };
  await lead({ client, lease, identity, log, metrics }, alone, signal);
}

/** Two operators of the same objects would undo each other's work for ever. */
async function refuseBesideAnother(
  client: ApiClient,
  namespaces: readonly string[] | undefined,
): Promise<void> {
  const other = await otherOperator(client, namespaces, Date.now());
  if (other === undefined) return;
  throw new Error(
    `${other.what}, and two operators would undo each other's work. End it first: ${other.command}`,
  );
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
