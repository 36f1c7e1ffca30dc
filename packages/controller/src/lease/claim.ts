import { microTime } from "../time/micro-time.ts";
import type { Lease, LeaseSpec } from "./lease.ts";

/** What was seen of a lease, and since when it is so by our own clock: the holder's may be wrong. */
export interface Sighting {
  /** Undefined when there is no such lease. */
  readonly lease: Lease | undefined;
  /** Monotonic milliseconds at which it was first seen as it is. */
  readonly sinceMs: number;
}

/** What to do about a lease. */
export type Claim =
  /** Nobody has it, or its holder has let it expire. */
  | { readonly step: "take" }
  /** It is ours. */
  | { readonly step: "renew" }
  /** Somebody else has it until this monotonic time, if they do not renew it. */
  | { readonly step: "wait"; readonly untilMs: number };

const SECONDS_WITHOUT_TERM = 15;

/** Takes over a sighting: the time moves only when the lease did. */
export function sighted(
  before: Sighting | undefined,
  lease: Lease | undefined,
  nowMs: number,
): Sighting {
  const same =
    before !== undefined &&
    before.lease?.metadata.uid === lease?.metadata.uid &&
    before.lease?.metadata.resourceVersion === lease?.metadata.resourceVersion;
  return { lease, sinceMs: same ? before.sinceMs : nowMs };
}

/** Decides whether a lease may be taken. */
export function claimOn({ lease, sinceMs }: Sighting, identity: string, nowMs: number): Claim {
  const { holderIdentity = "", leaseDurationSeconds = SECONDS_WITHOUT_TERM } = lease?.spec ?? {};
  if (holderIdentity === "") return { step: "take" };
  if (holderIdentity === identity) return { step: "renew" };
  const untilMs = sinceMs + leaseDurationSeconds * 1000;
  return nowMs >= untilMs ? { step: "take" } : { step: "wait", untilMs };
}

/** What the lease says once it is ours, or still is. */
export function heldBy(
  identity: string,
  { before, termMs, wallMs }: { before: LeaseSpec | undefined; termMs: number; wallMs: number },
): LeaseSpec {
  const now = microTime(wallMs);
  const ours = before?.holderIdentity === identity;
  const transitions = before?.leaseTransitions ?? 0;
  return {
    ...before,
    holderIdentity: identity,
    leaseDurationSeconds: Math.ceil(termMs / 1000),
    acquireTime: ours ? (before.acquireTime ?? now) : now,
    renewTime: now,
    leaseTransitions: ours || before === undefined ? transitions : transitions + 1,
  };
}

/** What the lease says once we have let go of it: whoever waits may take it at once. */
export function released(before: LeaseSpec | undefined, wallMs: number): LeaseSpec {
  return { ...before, holderIdentity: "", leaseDurationSeconds: 1, renewTime: microTime(wallMs) };
}
