import { SessionStoreError } from "../error.ts";
import type { Found, Ended, SessionRecord, Unreadable } from "./session-store.ts";

/** What stands in a store for a session that was ended; no record looks like it, as each begins with its revision. */
export const TOMBSTONE = "ended";

/** Largest value of a record, in bytes of UTF-8: a session is small, and what is not was not meant to be in it. */
export const MAX_VALUE_BYTES = 256 * 1024;

/** A record as one text: its revision, a space, its value. */
export function recordText({ value, revision }: SessionRecord): string {
  return `${revision} ${value}`;
}

/** The reverse of `recordText`, for whatever a store holds. */
export function parseRecordText(text: string): Found | Ended | Unreadable {
  if (text === TOMBSTONE) return { outcome: "ended" };
  const space = text.indexOf(" ");
  const digits = text.slice(0, space);
  if (!/^[1-9]\d{0,14}(\.5)?$/.test(digits)) return { outcome: "unreadable", code: "damaged" };
  return { outcome: "found", record: { value: text.slice(space + 1), revision: Number(digits) } };
}

/** Throws `value-too-large` for a value over the bound. */
export function requireFits(value: string): void {
  const bytes = Buffer.byteLength(value);
  if (bytes <= MAX_VALUE_BYTES) return;
  throw new SessionStoreError(
    "value-too-large",
    `the value of a session's record has ${bytes} bytes, more than ${MAX_VALUE_BYTES}; keep less in it`,
  );
}
