import type { Change, ReadOutcome } from "../store/session-store.ts";
import { unavailable, type Unavailable } from "../unavailable.ts";
import type { Announcer } from "./announcer.ts";
import { Backlog, type Debt, type Settlement } from "./backlog.ts";
import { addChange, dropChanges, type Entry } from "./entry.ts";
import type { Residents } from "./residents.ts";
import type { CachedUpdateOutcome } from "./session-cache.ts";
import { SessionWriter, type Writing } from "./session-writer.ts";
import type { CacheSettings } from "./settings.ts";

/** Brings what happens in this process to the store: at once, or when the store returns. */
export class WriteBack {
  readonly #settings: CacheSettings;
  readonly #residents: Residents;
  readonly #announcer: Announcer;
  readonly #writer: SessionWriter;
  readonly backlog: Backlog;

  /** `returned` hears when the store is there again. */
  constructor(
    settings: CacheSettings,
    residents: Residents,
    announcer: Announcer,
    returned: () => void,
  ) {
    const { observe } = settings;
    this.#settings = settings;
    this.#residents = residents;
    this.#announcer = announcer;
    const putBack = ({ id, stored }: Entry) => {
      observe({ kind: "put-back", id });
      announcer.changed(id, stored.revision);
    };
    this.#writer = new SessionWriter({ ...settings, putBack });
    this.backlog = new Backlog({
      ...settings,
      settle: (id, debt) => this.#settle(id, debt),
      wentAway: () => observe({ kind: "store-away" }),
      returned: () => {
        observe({ kind: "store-returned" });
        returned();
      },
    });
  }

  /** Makes a change upon an entry that cannot be evicted meanwhile. */
  async change(entry: Entry, change: Change): Promise<CachedUpdateOutcome> {
    addChange(entry, change);
    entry.touchedAtMs = this.#settings.now();
    const writing = this.backlog.isAway ? undefined : await this.#writeChange(entry, change);
    if (writing?.outcome === "written") {
      this.#announcer.changed(entry.id, entry.view.revision);
      return { outcome: "updated", record: entry.view, written: true };
    }
    if (writing !== undefined && writing.outcome !== "unavailable") return writing;
    if (this.owe(entry)) return { outcome: "updated", record: entry.view, written: false };
    dropChanges(entry, [change]);
    return unavailable("backlog-full", writing?.retryAfterMs ?? this.#settings.maxRetryMs);
  }

  async #writeChange(entry: Entry, change: Change): Promise<Writing> {
    try {
      return await this.write(entry, change);
    } catch (error) {
      dropChanges(entry, [change]);
      throw error;
    }
  }

  /** Writes an entry, and lets go of it if there is nothing left to write to. */
  async write(entry: Entry, change?: Change): Promise<Writing> {
    const { id } = entry;
    const writing = this.heard(await this.#writer.write(entry, change));
    if (writing.outcome === "missing") this.forget(id, "idle");
    if (writing.outcome === "ended") this.forget(id, "ended");
    // Its size may have changed; it may also have ended meanwhile.
    if (this.#residents.entries.get(id) === entry) this.#residents.entries.set(entry);
    return writing;
  }

  /** The store is away: what is known here is what counts, and the store will be told. */
  goOnAlone(entry: Entry, nowMs: number): ReadOutcome {
    entry.touchedAtMs = nowMs;
    this.owe(entry);
    return { outcome: "found", record: entry.view };
  }

  /** Writes an entry when the store returns; false when there is no room to wait in. */
  owe(entry: Entry): boolean {
    if (!this.backlog.owe(entry.id, "write")) return false;
    this.#residents.keep(entry);
    return true;
  }

  async #settle(id: string, debt: Debt): Promise<Settlement> {
    if (debt === "end") return this.#settleEnd(id);
    const entry = this.#residents.living(id, this.#settings.now());
    if (entry === undefined) {
      this.forget(id, "idle");
      return "settled";
    }
    const settlement = await this.#settleWrite(entry);
    // More may be owed since.
    if (settlement === "settled" && this.backlog.debtOf(id) === undefined) {
      this.#residents.settled(id);
    }
    return settlement;
  }

  async #settleEnd(id: string): Promise<Settlement> {
    const outcome = this.heard(await this.#settings.store.end(id));
    // Again: whoever heard the first time may have read the session since.
    if (outcome.outcome === "ended") void this.#announcer.ended(id);
    return settlementOf(outcome);
  }

  async #settleWrite(entry: Entry): Promise<Settlement> {
    const { id, changes } = entry;
    try {
      const writing = await this.write(entry);
      if (writing.outcome === "written" && changes.length > 0) {
        this.#announcer.changed(id, entry.view.revision);
      }
      return settlementOf(writing);
    } catch (cause) {
      // Nobody waits for these changes who could be told.
      dropChanges(entry, changes);
      this.#settings.observe({ kind: "change-failed", id, cause });
      return "settled";
    }
  }

  /** There is no such session any more, or none that this process uses. */
  forget(id: string, kind: "idle" | "ended"): void {
    this.backlog.forgetWrite(id);
    this.#residents.drop(id, kind);
  }

  /** Whether a session was ended here, and the store does not know yet. */
  isEnding(id: string): boolean {
    return this.backlog.debtOf(id) === "end";
  }

  /** Draws from any outcome whether the store is there. */
  heard<Outcome extends { readonly outcome: string }>(
    outcome: Outcome | Unavailable,
  ): Outcome | Unavailable {
    const settlement = settlementOf(outcome);
    if (settlement === "settled") this.backlog.answered();
    if (settlement === "store-away") this.backlog.failed();
    return outcome;
  }
}

function settlementOf(outcome: { readonly outcome: string } | Unavailable): Settlement {
  if (!("reason" in outcome)) return "settled";
  const { reason } = outcome;
  return reason === "store-away" || reason === "store-refused" ? "store-away" : "owed";
}
