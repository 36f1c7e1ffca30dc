import { checksum } from "./checksum.ts";
import type { Observed } from "./observe.ts";

/** For how long a new server is given time until everything that came with it is there. */
const PATIENCE_MS = 2_000;
/** Quiet time after which everything is taken to be there. */
const QUIET_MS = 40;

interface Seen {
  readonly firstMs: number;
  readonly shape: string;
}

/**
 * Waits for what was applied together with a new server: each kind arrives over a watch of its own, in any order.
 * A server that has gateways is never kept waiting.
 */
export class Arrivals {
  readonly #seen = new Map<string, Seen>();

  /** For how many milliseconds to wait before acting on a server; 0 to act now. Monotonic milliseconds. */
  waitMs(observed: Observed, nowMs: number): number {
    const { uid = "" } = observed.server.metadata;
    if (observed.deployment !== undefined || observed.server.status?.phase !== undefined) {
      this.#seen.delete(uid);
      return 0;
    }
    const before = this.#seen.get(uid);
    const firstMs = before?.firstMs ?? nowMs;
    const shape = shapeOf(observed);
    this.#seen.set(uid, { firstMs, shape });
    const leftMs = firstMs + PATIENCE_MS - nowMs;
    const isQuiet = before?.shape === shape;
    const done = leftMs <= 0 || (isQuiet && isComplete(observed));
    if (done) this.#seen.delete(uid);
    return done ? 0 : Math.min(QUIET_MS, leftMs);
  }
}

function isComplete({ spec, group, members, oidcConfig, telemetryConfig }: Observed): boolean {
  const { oidcConfigRef } = spec.incomingAuth;
  return (
    group !== undefined &&
    members.length > 0 &&
    (oidcConfigRef === undefined || oidcConfig !== undefined) &&
    (spec.telemetryConfigRef === undefined || telemetryConfig !== undefined)
  );
}

function shapeOf({ members, authConfigs, toolConfigs }: Observed): string {
  return checksum([members, [...authConfigs.keys()], [...toolConfigs.keys()]]);
}
