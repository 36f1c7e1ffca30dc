import {
  type ApiClient,
  type Happening,
  type Informer,
  nameOfKey,
  planFinalizer,
  planWithoutFinalizer,
  type Reconcile,
} from "@headgate/controller";
import type { Cached, CacheName } from "../cluster/caches.ts";
import { FIELD_MANAGER } from "../cluster/field-manager.ts";
import type { Reads } from "../cluster/reads.ts";
import type { WithConditions } from "./judged-conditions.ts";
import type { KindReconciler, Ports } from "./kind-reconciler.ts";
import { Pace } from "./pace.ts";
import { adoptStatus } from "./take-over.ts";
import { writeStatus } from "./write-status.ts";

/** What is to become of an object of which nothing but status and finalizer are written. */
export interface Judgement<Status extends object> {
  /** A finalizer that the object is to have or to lose; as it is when omitted. */
  readonly finalizer?: { readonly name: string; readonly wanted: boolean };
  /** The whole status; left alone when omitted. */
  readonly status?: Status;
  /** Whether something is missing that may be about to come, as when all was applied together. */
  readonly incomplete?: boolean;
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
  /** Makes what adds to an observation what no cache holds, and may remember it. */
  readonly completer?: () => Complete<Observed>;
  readonly judge: (observed: Observed, nowMs: number) => Judgement<object>;
}

/** Adds to an observation what no cache holds. */
export type Complete<Observed> = (
  observed: Observed,
  from: { readonly client: Pick<ApiClient, "get">; readonly signal: AbortSignal },
) => Promise<Observed>;

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
    create: (ports) => reconcileOf(kind, ports),
  };
}

function reconcileOf<N extends CacheName, Observed>(
  kind: JudgedKind<N, Observed>,
  ports: Ports,
): Reconcile {
  const complete = kind.completer?.();
  const pace = new Pace();
  return async (key, { signal }) => {
    const { namespace = "", name } = nameOfKey(key);
    const looked = ports.look(key, (reads) => {
      const object = reads.get(kind.of, namespace, name);
      return object && { object, observed: kind.observe(reads, object) };
    });
    if (looked === undefined) {
      pace.forget(key);
      return undefined;
    }
    const { object } = looked;
    const observed =
      complete === undefined
        ? looked.observed
        : await complete(looked.observed, { client: ports.client, signal });
    const { incomplete = false, ...judgement } = kind.judge(observed, ports.nowMs());
    const isNew = (object as WithConditions).status === undefined;
    const waitMs = pace.waitMs({ key, isNew, incomplete, nowMs: performance.now() });
    if (waitMs > 0) return { requeueAfterMs: waitMs };
    const outcome = await write(kind.of, { ports, object, judgement, signal });
    return outcome === "stale" ? STALE : undefined;
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
  if (status !== undefined) {
    await adoptStatus(client, informer.kind, object, signal);
    await writeStatus({ client, informer, live: object, status, signal });
  }
  for (const happening of happenings) record({ regarding: object, ...happening });
  return "written";
}
