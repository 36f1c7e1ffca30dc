import {
  type ApiClient,
  type Happening,
  type Informer,
  nameOfKey,
  planFinalizer,
  planWithoutFinalizer,
} from "@headgate/controller";
import type { Cached, CacheName } from "../cluster/caches.ts";
import { FIELD_MANAGER } from "../cluster/field-manager.ts";
import type { Reads } from "../cluster/reads.ts";
import type { KindReconciler, Ports } from "./kind-reconciler.ts";
import { writeStatus } from "./write-status.ts";

/** What is to become of an object of which nothing but status and finalizer are written. */
export interface Judgement<Status extends object> {
  /** A finalizer that the object is to have or to lose; as it is when omitted. */
  readonly finalizer?: { readonly name: string; readonly wanted: boolean };
  /** The whole status; left alone when omitted. */
  readonly status?: Status;
  readonly requeueAfterMs?: number;
  /** What people may want to know. */
  readonly happenings?: readonly Omit<Happening, "regarding">[];
}

/** A kind whose objects are judged from caches, and nothing is made of. */
export interface JudgedKind<N extends CacheName, Observed> {
  /** Names it in figures and log lines: the plural of the kind. */
  readonly name: string;
  readonly of: N;
  /** All that matters of the object and of what it refers to. */
  readonly observe: (reads: Reads, object: Cached<N>) => Observed;
  /** Adds what no cache holds. */
  readonly complete?: (
    observed: Observed,
    from: { readonly client: Pick<ApiClient, "get">; readonly signal: AbortSignal },
  ) => Promise<Observed>;
  readonly judge: (observed: Observed, nowMs: number) => Judgement<object>;
}

/** Someone else wrote the object just now; what they wrote is about to arrive, and brings the key back by itself. */
const STALE = { requeueAfterMs: 1_000 };

/** The reconciler of a kind whose objects are judged. */
export function judgedKind<N extends CacheName, Observed>(
  kind: JudgedKind<N, Observed>,
): KindReconciler {
  return {
    name: kind.name,
    of: kind.of,
    owns: [],
    concurrency: 4,
    create:
      (ports) =>
      async (key, { signal }) => {
        const { namespace = "", name } = nameOfKey(key);
        const looked = ports.look(key, (reads) => {
          const object = reads.get(kind.of, namespace, name);
          return object && { object, observed: kind.observe(reads, object) };
        });
        if (looked === undefined) return undefined;
        const { client } = ports;
        const observed =
          (await kind.complete?.(looked.observed, { client, signal })) ?? looked.observed;
        const { requeueAfterMs, ...judgement } = kind.judge(observed, ports.nowMs());
        const outcome = await write(kind.of, { ports, object: looked.object, judgement, signal });
        if (outcome === "stale") return STALE;
        return requeueAfterMs === undefined ? undefined : { requeueAfterMs };
      },
  };
}

interface Writing<T> {
  readonly ports: Ports;
  readonly object: T;
  readonly judgement: Judgement<object>;
  readonly signal: AbortSignal;
}

async function write<N extends CacheName>(
  of: N,
  { ports, object, judgement, signal }: Writing<Cached<N>>,
): Promise<"written" | "stale"> {
  const { client, caches, record } = ports;
  const informer = caches[of] as unknown as Informer<Cached<N>>;
  const { finalizer, status, happenings = [] } = judgement;
  const plan = finalizer?.wanted === true ? planFinalizer : planWithoutFinalizer;
  const patch = finalizer && plan(object, finalizer.name);
  if (patch !== undefined) {
    const { namespace = "", name = "" } = object.metadata;
    const written = await client.patch(
      informer.kind,
      { namespace, name },
      { type: "merge", body: patch, fieldManager: FIELD_MANAGER, signal },
    );
    if (written.outcome === "conflict") return "stale";
    if (written.outcome === "written" && finalizer?.wanted === true) informer.offer(written.object);
  }
  if (status !== undefined) await writeStatus({ client, informer, live: object, status, signal });
  for (const happening of happenings) record({ regarding: object, ...happening });
  return "written";
}
