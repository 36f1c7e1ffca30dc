import type { ApiClient, Selection } from "../api/client.ts";
import type { Kind } from "../api/kind.ts";
import { keyOf, type KubeObject } from "../api/object.ts";
import { Mirror } from "../cache/mirror.ts";
import { Store, type CacheReader, type Change, type IndexFunction } from "../cache/store.ts";
import { trimmed, type KeptManagedFields } from "../cache/trim.ts";
import { noLog, type Log } from "../telemetry/log.ts";
import { noMetrics, type Metrics } from "../telemetry/metrics.ts";
import type { Random } from "../time/backoff.ts";
import { systemClock, type Clock } from "../time/clock.ts";
import { reflect } from "./reflector.ts";
import { Subscribers, type ChangeHandler } from "./subscribers.ts";

/** What an informer follows, and how. */
export interface InformerOptions<T extends KubeObject> {
  readonly client: Pick<ApiClient, "list" | "watch">;
  readonly kind: Kind<T>;
  /** The namespaces that are followed, each by a list of its own; without them the whole cluster by one. */
  readonly namespaces?: readonly string[];
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Holds metadata only, and asks for nothing else. */
  readonly metadataOnly?: boolean;
  readonly indexes?: Readonly<Record<string, IndexFunction<T>>>;
  /** What is kept of `metadata.managedFields`; nothing by default. */
  readonly managedFields?: KeptManagedFields;
  /** Objects per page of a list. */
  readonly pageSize?: number;
  /** A watch on which nothing arrives for so many milliseconds is taken up anew, as its connection may be dead. */
  readonly silenceMs?: number;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Log;
  readonly metrics?: Metrics;
}

/** A local copy of the objects of a kind that follows the API server. */
export interface Informer<T extends KubeObject> {
  readonly kind: Kind<T>;
  readonly cache: CacheReader<T>;
  /** Resolves once every list has been read in full; what the cache holds before is not all. */
  readonly synced: Promise<void>;
  /** Tells of what is held already, then of every change; the answer ends that. */
  readonly subscribe: (handler: ChangeHandler<T>) => () => void;
  /** Takes over the answer to a write at once, instead of when the watch brings it. */
  readonly offer: (object: T) => void;
  /** Follows the API server until the signal aborts; never rejects. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

const PAGE_SIZE = 500;
const SILENCE_MS = 45_000;

/** Makes an informer; nothing is sent before it runs. */
export function createInformer<T extends KubeObject>(options: InformerOptions<T>): Informer<T> {
  const store = new Store<T>(options.indexes);
  const scopes = scopesOf(options, store);
  const subscribers = new Subscribers<T>(options.log ?? noLog);
  const synced = Promise.withResolvers<void>();
  const unlisted = new Set(scopes);
  if (unlisted.size === 0) synced.resolve();
  const kept = (object: T) => keptForm(object, options);
  const changed = (changes: readonly Change<T>[]) => subscribers.tell(changes);

  return {
    kind: options.kind,
    cache: store.reader(),
    synced: synced.promise,
    subscribe: (handler) =>
      subscribers.add(
        handler,
        store.all().map((current) => ({ key: keyOf(current.metadata), current })),
      ),
    offer: (object) => {
      const { namespace } = object.metadata;
      const scope = scopes.find(
        (one) => one.namespace === undefined || one.namespace === namespace,
      );
      const change = scope?.mirror.offer(kept(object));
      if (change !== undefined) changed([change]);
    },
    run: async (signal) => {
      const reflections = scopes.map((scope) => {
        const { mirror } = scope;
        const listed = () => {
          unlisted.delete(scope);
          if (unlisted.size === 0) synced.resolve();
        };
        const selection = selectionOf(options, scope.namespace);
        const parts = { ...settingsOf(options), selection, mirror, kept, changed, listed };
        return reflect(parts, signal);
      });
      await Promise.all(reflections);
    },
  };
}

interface Scope<T extends KubeObject> {
  /** Undefined: the whole cluster. */
  readonly namespace: string | undefined;
  readonly mirror: Mirror<T>;
}

function scopesOf<T extends KubeObject>(
  { namespaces, labelSelector, fieldSelector }: InformerOptions<T>,
  store: Store<T>,
): readonly Scope<T>[] {
  const selective = labelSelector !== undefined || fieldSelector !== undefined;
  const names = namespaces === undefined ? [undefined] : [...new Set(namespaces)];
  return names.map((namespace) => ({ namespace, mirror: new Mirror<T>(store, selective) }));
}

function settingsOf<T extends KubeObject>(options: InformerOptions<T>) {
  return {
    client: options.client,
    kind: options.kind,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    log: options.log ?? noLog,
    metrics: options.metrics ?? noMetrics,
    pageSize: options.pageSize ?? PAGE_SIZE,
    silenceMs: options.silenceMs ?? SILENCE_MS,
  };
}

function selectionOf<T extends KubeObject>(
  { labelSelector, fieldSelector, metadataOnly = false }: InformerOptions<T>,
  namespace: string | undefined,
): Selection {
  return {
    metadataOnly,
    ...(namespace === undefined ? {} : { namespace }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
}

// Not every server knows how to send metadata alone, and a write is answered with everything.
function keptForm<T extends KubeObject>(object: T, options: InformerOptions<T>): T {
  const lean = trimmed(object, options.managedFields ?? "none");
  if (options.metadataOnly !== true) return lean;
  const { apiVersion, kind, metadata } = lean;
  return { apiVersion, kind, metadata } as T;
}
