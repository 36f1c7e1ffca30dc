import { defineKind } from "../api/kind.ts";
import type { KubeObject } from "../api/object.ts";

/** What a Lease says of its holder. */
export interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  /** With microseconds, as `renewTime`. */
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

/** A Lease of `coordination.k8s.io/v1`. */
export interface Lease extends KubeObject {
  readonly spec?: LeaseSpec;
}

/** How Leases are addressed. */
export const leases = defineKind<Lease>({
  group: "coordination.k8s.io",
  version: "v1",
  kind: "Lease",
  plural: "leases",
  namespaced: true,
});
