import { requireFits } from "../store/record-text.ts";
import type { Change, SessionRecord } from "../store/session-store.ts";

/** A session as this process knows it. */
export interface Entry {
  readonly id: string;
  /** The record that the store last confirmed; of revision 0 while it has not heard of the session, because it was away. */
  stored: SessionRecord;
  /** What this process shows: `stored` with the changes that the store has not confirmed. */
  view: SessionRecord;
  changes: readonly Change[];
  /** The store no longer has what it confirmed. */
  lost: boolean;
  /** When the store was last asked with success, taken before it was; -Infinity when it has to be asked again. */
  refreshedAtMs: number;
  /** When this process last used it. */
  touchedAtMs: number;
  /** The write under way; changes that come meanwhile are for the next. */
  batch: Promise<unknown> | undefined;
}

// More than this many are folded into one that sets the latest value: what waits for an absent store stays bounded.
const MAX_CHANGES = 64;

const NO_CHANGES: readonly Change[] = [];

/** An entry for a record the store confirmed. */
export function confirmedEntry(id: string, record: SessionRecord, atMs: number): Entry {
  const times = { refreshedAtMs: atMs, touchedAtMs: atMs };
  return {
    id,
    stored: record,
    view: record,
    changes: NO_CHANGES,
    lost: false,
    ...times,
    batch: undefined,
  };
}

/** An entry for a session that the store has not heard of. */
export function localEntry(id: string, value: string, atMs: number): Entry {
  return confirmedEntry(id, { value, revision: 0 }, atMs);
}

/** Shows a change at once, to be written; throws what the change throws, or `value-too-large`, and then nothing has changed. */
export function addChange(entry: Entry, change: Change): void {
  const value = change(entry.view.value);
  requireFits(value);
  entry.view = { value, revision: entry.view.revision };
  entry.changes = [...entry.changes, change];
  // Who waits for a batch looks for his change in the list.
  if (entry.changes.length > MAX_CHANGES && entry.batch === undefined)
    entry.changes = [() => value];
}

/** Takes back changes that cannot be written, or not be kept until they can. */
export function dropChanges(entry: Entry, changes: readonly Change[]): void {
  entry.changes = entry.changes.filter((change) => !changes.includes(change));
  showStored(entry);
}

/** Takes over what the store has; changes that are in it go from the list, others stay visible on top. */
export function confirm(
  entry: Entry,
  record: SessionRecord,
  written: readonly Change[],
  askedAtMs: number,
): void {
  if (written.length > 0)
    entry.changes = entry.changes.filter((change) => !written.includes(change));
  entry.lost = false;
  entry.refreshedAtMs = askedAtMs;
  const { stored } = entry;
  // The same object while nothing changed, so that what was made of it can be remembered by it.
  const same = stored.revision === record.revision && stored.value === record.value;
  entry.stored = same ? stored : record;
  showStored(entry);
}

function showStored(entry: Entry): void {
  const { stored, changes } = entry;
  if (changes.length === 0) {
    entry.view = stored;
    return;
  }
  entry.view = { value: applied(changes, stored.value), revision: stored.revision };
}

/** Several changes, one after the other. */
export function applied(changes: readonly Change[], value: string): string {
  return changes.reduce((current, change) => change(current), value);
}

// Measured over 50,000 idle entries; the rest of an entry is its texts.
const OVERHEAD_BYTES = 384;

/** About what an entry takes of this process's memory. */
export function bytesOf({ id, view }: Entry): number {
  return OVERHEAD_BYTES + id.length + Buffer.byteLength(view.value);
}
