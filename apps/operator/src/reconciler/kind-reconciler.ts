import type { ApiClient, EventRecorder, Log, PodProxy, Reconcile } from "@headgate/controller";
import type { CacheName, Caches } from "../cluster/caches.ts";
import type { Reads } from "../cluster/reads.ts";
import type { Settings } from "../settings/settings.ts";

/** What every reconciler is given of the world. */
export interface World {
  readonly client: ApiClient;
  readonly pods: Pick<PodProxy, "get">;
  readonly caches: Caches;
  readonly settings: Settings;
  readonly log: Log;
  /** Tells people what happened to an object; never fails. */
  readonly record: EventRecorder["record"];
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** So many bytes that nobody can guess. */
  readonly randomBytes: (count: number) => Buffer;
}

/** What a reconciler is given beside that: its own look at the caches, and a way back to itself. */
export interface Ports extends World {
  /** Looks at the caches for a key; a change of anything that was looked at runs the key again. */
  readonly look: <T>(key: string, look: (reads: Reads) => T) => T;
  /** Runs a key again, soon. */
  readonly again: (key: string) => void;
  /** Has something run beside the reconciles, for as long as this process acts; it must end when its signal aborts. */
  readonly alongside: (work: (signal: AbortSignal) => Promise<void>) => void;
}

/** How one kind of ours is acted on; the list of all of them is in `kinds.ts`. */
export interface KindReconciler {
  /** Names it in figures and log lines: the plural of the kind. */
  readonly name: string;
  /** The cache of the objects whose keys are run. */
  readonly of: CacheName;
  /** Caches of what it makes: a change of such an object runs its owner. */
  readonly owns: readonly CacheName[];
  /** How many keys are run at a time; one when omitted. */
  readonly concurrency?: number;
  /** Makes the reconcile, once. */
  readonly create: (ports: Ports) => Reconcile;
}
