import { requireFits } from "../store/record-text.ts";
import type { Change, ReadOutcome, SessionRecord } from "../store/session-store.ts";
import { unavailable } from "../unavailable.ts";
import { Announcer } from "./announcer.ts";
import { confirm, confirmedEntry, localEntry, type Entry } from "./entry.ts";
import type { Load } from "./loads.ts";
import { LostSessions } from "./lost-sessions.ts";
import { Residents } from "./residents.ts";
import type {
  CachedCreateOutcome,
  CachedEndOutcome,
  CachedSessions,
  CachedUpdateOutcome,
  CacheStatistics,
  ReadOptions,
} from "./session-cache.ts";
import type { Writing } from "./session-writer.ts";
import { cacheSettings, type CachedSessionsOptions, type CacheSettings } from "./settings.ts";
import { WriteBack } from "./write-back.ts";

/** Makes an empty cache; throws `invalid-option` for bounds that cannot be. */
export function cachedSessions(options: CachedSessionsOptions): CachedSessions {
  return new SessionsOfProcess(cacheSettings(options));
}

class SessionsOfProcess implements CachedSessions {
  readonly #settings: CacheSettings;
  readonly #residents: Residents;
  readonly #announcer: Announcer;
  readonly #writeBack: WriteBack;
  readonly #lost: LostSessions;

  constructor(settings: CacheSettings) {
    this.#settings = settings;
    this.#residents = new Residents(settings);
    this.#announcer = new Announcer(settings.bus, settings.timer, {
      ended: (id) => this.#endedElsewhere(id),
      changed: (id, revision) => {
        this.#residents.outdate(id, revision);
        settings.observe({ kind: "outdated", id });
      },
      gap: () => {
        this.#residents.outdateAll();
        this.#lost.look();
      },
    });
    const returned = () => this.#lost.look();
    this.#writeBack = new WriteBack(settings, this.#residents, this.#announcer, returned);
    this.#lost = new LostSessions({
      ...settings,
      residents: this.#residents,
      putBack: (entry) => this.#restore(entry),
      ended: (id) => this.#writeBack.forget(id, "ended"),
    });
  }

  get statistics(): CacheStatistics {
    const { size, bytes, heldCount } = this.#residents.entries;
    return { entries: size, bytes, held: heldCount, backlog: this.#writeBack.backlog.size };
  }

  async create(id: string, value: string): Promise<CachedCreateOutcome> {
    requireFits(value);
    const { now, store, onStoreFailure } = this.#settings;
    if (this.#writeBack.isEnding(id)) return { outcome: "exists" };
    const askedAtMs = now();
    const outcome = this.#writeBack.heard(await store.create(id, value));
    if (outcome.outcome === "created") {
      this.#residents.entries.set(confirmedEntry(id, outcome.record, askedAtMs));
      return { ...outcome, written: true };
    }
    if (outcome.outcome === "exists" || onStoreFailure === "refuse") return outcome;
    if (this.#residents.entries.get(id) !== undefined) return { outcome: "exists" };
    const entry = localEntry(id, value, askedAtMs);
    if (!this.#writeBack.owe(entry)) return unavailable("backlog-full", outcome.retryAfterMs);
    return { outcome: "created", record: entry.view, written: false };
  }

  async read(id: string, { fresh = false }: ReadOptions = {}): Promise<ReadOutcome> {
    if (this.#writeBack.isEnding(id)) return { outcome: "ended" };
    const nowMs = this.#settings.now();
    const entry = this.#residents.living(id, nowMs);
    if (entry !== undefined) {
      if (!fresh && this.#residents.isFresh(entry, nowMs)) {
        entry.touchedAtMs = nowMs;
        this.#settings.observe({ kind: "hit", id });
        return { outcome: "found", record: entry.view };
      }
      if (this.#writeBack.backlog.isAway) return this.#writeBack.goOnAlone(entry, nowMs);
    }
    return this.#residents.loads.share(id, (load) => this.#fetch(id, load), fresh);
  }

  async update(id: string, change: Change): Promise<CachedUpdateOutcome> {
    if (this.#writeBack.isEnding(id)) return { outcome: "ended" };
    let entry = this.#residents.living(id, this.#settings.now());
    if (entry === undefined) {
      const read = await this.read(id);
      if (read.outcome !== "found") return read;
      entry = this.#residents.entries.get(id) ?? this.#insert(id, read.record);
    }
    const release = this.#residents.entries.hold(id);
    try {
      return await this.#writeBack.change(entry, change);
    } finally {
      release();
    }
  }

  async end(id: string): Promise<CachedEndOutcome> {
    if (this.#writeBack.isEnding(id)) return { outcome: "ended", was: "ended", written: false };
    const outcome = this.#writeBack.heard(await this.#settings.store.end(id));
    if (outcome.outcome === "unavailable") {
      // Of what is not known here nobody can say whether it may be ended.
      if (this.#residents.entries.get(id) === undefined) return outcome;
      if (!this.#writeBack.backlog.owe(id, "end"))
        return unavailable("backlog-full", outcome.retryAfterMs);
    }
    this.#writeBack.forget(id, "ended");
    const told = this.#announcer.ended(id);
    // Without the store nobody can be heard of, and who asked has waited long enough.
    if (outcome.outcome !== "ended") return { outcome: "ended", was: "live", written: false };
    await told;
    return { ...outcome, written: true };
  }

  hold(id: string): () => void {
    return this.#residents.entries.hold(id);
  }

  async flush(): Promise<number> {
    await this.#writeBack.backlog.flush();
    return this.#writeBack.backlog.size;
  }

  close(): void {
    this.#writeBack.backlog.stop();
    this.#lost.close();
    this.#residents.close();
    this.#announcer.close();
  }

  async #fetch(id: string, load: Load): Promise<ReadOutcome> {
    const askedAtMs = this.#settings.now();
    const outcome = this.#writeBack.heard(await this.#settings.store.read(id));
    this.#settings.observe({ kind: "loaded", id });
    if (this.#writeBack.isEnding(id)) return { outcome: "ended" };
    if (outcome.outcome === "found") return this.#adopt(id, outcome.record, askedAtMs, load);
    const entry = this.#residents.living(id, askedAtMs);
    if (entry !== undefined) {
      if (outcome.outcome === "unavailable") return this.#writeBack.goOnAlone(entry, askedAtMs);
      if (outcome.outcome === "missing") return this.#putBack(entry, askedAtMs);
    }
    if (outcome.outcome === "missing") this.#writeBack.forget(id, "idle");
    if (outcome.outcome === "ended") this.#writeBack.forget(id, "ended");
    return outcome;
  }

  async #adopt(
    id: string,
    record: SessionRecord,
    askedAtMs: number,
    load: Load,
  ): Promise<ReadOutcome> {
    const entry = this.#residents.entries.get(id);
    if (entry === undefined) {
      if (!load.isStale) this.#residents.entries.set(confirmedEntry(id, record, askedAtMs));
      return { outcome: "found", record };
    }
    if (record.revision < entry.stored.revision) {
      // Read before somebody wrote; or else the store went back to an earlier revision, and lost the later one.
      if (load.isStale) return { outcome: "found", record: entry.view };
      return this.#putBack(entry, askedAtMs);
    }
    confirm(entry, record, [], load.isStale ? -Infinity : askedAtMs);
    entry.touchedAtMs = askedAtMs;
    this.#residents.entries.set(entry);
    return { outcome: "found", record: entry.view };
  }

  async #putBack(entry: Entry, askedAtMs: number): Promise<ReadOutcome> {
    const writing = await this.#restore(entry);
    if (writing.outcome === "unavailable") return this.#writeBack.goOnAlone(entry, askedAtMs);
    if (writing.outcome !== "written") return writing;
    entry.touchedAtMs = askedAtMs;
    return { outcome: "found", record: entry.view };
  }

  #restore(entry: Entry): Promise<Writing> {
    entry.lost = true;
    const release = this.#residents.entries.hold(entry.id);
    return this.#writeBack.write(entry).finally(release);
  }

  #endedElsewhere(id: string): void {
    const isKnown = this.#residents.entries.peek(id) !== undefined;
    this.#writeBack.forget(id, "ended");
    // Whoever keeps things for a session may have it longer than the cache does.
    if (!isKnown) this.#settings.observe({ kind: "ended", id });
  }

  /** Of a record that may be outdated already: the store has to be asked before it is used again. */
  #insert(id: string, record: SessionRecord): Entry {
    const entry = confirmedEntry(id, record, -Infinity);
    this.#residents.entries.set(entry);
    return entry;
  }
}
