import { SessionStoreError } from "../error.ts";
import { wholeNumber } from "../option.ts";
import type { EventLogBounds, StreamAddress } from "./event-log.ts";

/** Most events that one read answers. */
export const PAGE = 100;

/** Bounds with their defaults, checked. */
export function eventLogBounds(bounds: EventLogBounds): Required<EventLogBounds> {
  const { maxEvents = 256, maxBytes = 1024 * 1024, maxStreams = 64, ttlMs = 600_000 } = bounds;
  return {
    maxEvents: wholeNumber("maxEvents", maxEvents, 1),
    maxBytes: wholeNumber("maxBytes", maxBytes, 1),
    maxStreams: wholeNumber("maxStreams", maxStreams, 1),
    ttlMs: wholeNumber("ttlMs", ttlMs, 1),
  };
}

/** How many events to read: what was asked for, within 1 and a page. */
export function pageSize(limit: number): number {
  return Math.max(1, Math.min(PAGE, Math.floor(limit)));
}

/** Throws `invalid-id` for names that cannot be those of a stream. */
export function requireStream({ sessionId, streamId }: StreamAddress): void {
  requireId("session", sessionId);
  requireId("stream", streamId);
}

/** Throws `invalid-id` for a name that is not 1 to 128 characters of visible ASCII. */
export function requireId(what: string, id: string): void {
  if (/^[\x21-\x7e]{1,128}$/.test(id)) return;
  throw new SessionStoreError(
    "invalid-id",
    `the id of a ${what} is not 1 to 128 characters of visible ASCII; check it before it is used`,
  );
}
