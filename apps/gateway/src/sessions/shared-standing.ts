import type { ServerResponse } from "node:http";
import type { StandingStream } from "./client-streams.ts";
import { emptyFrame, frameOf } from "./event-frame.ts";
import { written } from "./followed-stream.ts";
import type { KeptEntry, SessionEvents } from "./session-events.ts";
import { cutOffIfStuck } from "./slow-reader.ts";
import { StandingBook } from "./standing-book.ts";
import { StandingConnections, type ConnectionsWatch } from "./standing-connections.ts";
import { StandingLog, type StandingLogEvents } from "./standing-log.ts";
import { readSender } from "./stream-entry.ts";

/** While a client listens, the log is kept from expiring. */
const BEAT_MS = 120_000;
/** After so many entries, of which each so many characters count as one more, others must still find who listens. */
const BEAT_ENTRIES = 64;
const ENTRY_CHARS = 4_096;
/** A process that does not answer this often, one after the other, has no connection any more. */
const MAX_UNANSWERED = 2;

/** A session whose client listens. */
interface Listened {
  /** What the client can see now, as a short text without a space. */
  mark(): string;
  /** The notifications for what is other than it was at a mark. */
  since(mark: string): readonly string[];
  /** Whether it is this process that the client listens to may have changed. */
  listeningChanged(): void;
}

/** What the standing stream is made of. */
interface SharedStandingOptions {
  readonly events: SessionEvents;
  /** Whether the client takes events that are empty but for an id. */
  readonly primes: boolean;
  readonly session: Listened;
  readonly now: () => number;
}

/**
 * The stream for messages that belong to no request, as one of several processes sees it: any of them says something by
 * keeping it, and the one that has the client's newest connection passes it on.
 */
class SharedStanding implements StandingStream, StandingLogEvents, ConnectionsWatch {
  readonly #options: SharedStandingOptions;
  readonly #streamId: string;
  readonly #log: StandingLog;
  readonly #connections = new StandingConnections(this);
  #book: StandingBook | undefined;
  #stopFollowing: (() => void) | undefined;
  /** Up to here everything that was for this process was written, since it began to follow. */
  #delivered = 0;
  /** The furthest that it ever came. */
  #furthest = 0;
  #sinceBeat = 0;
  #beatMs = 0;
  #unanswered = 0;
  /** What was to be announced while the client did not listen here. */
  #unsaid: Set<string> | undefined;

  constructor(streamId: string, options: SharedStandingOptions) {
    this.#streamId = streamId;
    this.#options = options;
    this.#log = new StandingLog(options.events, streamId, this);
  }

  /** Whether messages are for this process to deliver. */
  get listening(): boolean {
    if (!this.#connections.any) return false;
    return this.#log.away || (this.#book?.holds ?? false);
  }

  get attached(): boolean {
    return this.#connections.any;
  }

  push(text: string): void {
    this.#log.add("message", text);
  }

  /** An announcement is the business of who has the client's connection. */
  pushOnce(text: string): void {
    if (this.listening) this.push(text);
    else (this.#unsaid ??= new Set()).add(text);
  }

  join(response: ServerResponse): void {
    if (response.destroyed) return;
    this.#connections.add(response);
    if (this.#book === undefined) this.#follow(0, false);
    else this.#claim();
  }

  attach(response: ServerResponse): void {
    this.join(response);
  }

  /** Goes on after an event on a connection whose head is written; other connections end. */
  resume(after: KeptEntry, response: ServerResponse): void {
    this.#unfollow();
    this.#delivered = this.#furthest = after.sequence;
    this.#connections.replace(response);
    this.#follow(after.sequence, true);
  }

  keepAlive(): void {
    this.#connections.tell(": keep-alive\n\n");
  }

  /** Says that the client listens still, before that is forgotten. */
  beat(): void {
    const isDue = this.#options.now() - this.#beatMs > BEAT_MS || this.#sinceBeat > BEAT_ENTRIES;
    if (!isDue || !this.listening || this.#log.away) return;
    this.#began();
    this.#log.add("held", this.#options.session.mark());
  }

  /** Takes over from a process that is gone without a word, which a client with several streams may not notice. */
  async outlive(): Promise<void> {
    const holder = this.#book?.holder;
    const { events } = this.#options;
    if (holder === undefined || holder === events.tag || !this.#connections.any) return;
    const isThere = await events.runs(holder, this.#streamId);
    if (this.#book?.holder !== holder) return;
    this.#unanswered = isThere === false ? this.#unanswered + 1 : 0;
    if (this.#unanswered < MAX_UNANSWERED) return;
    this.#unanswered = 0;
    this.#claim();
  }

  dismiss(response: ServerResponse): void {
    this.#connections.dismiss(response);
  }

  hangUp(retryMs: number): void {
    this.#connections.tell(`retry: ${retryMs}\n\n`);
    this.#connections.dismissAll();
  }

  /** Ends connections; resolves when others know, or cannot be told now. */
  async close(): Promise<void> {
    this.#connections.dismissAll();
    await this.#log.close();
  }

  #follow(after: number, resumes: boolean): void {
    const { events } = this.#options;
    const since = this.#claim();
    const book = (this.#book = new StandingBook({ tag: events.tag, since, resumes }));
    this.#stopFollowing = events.follow(this.#streamId, after, (kept) => this.#event(book, kept));
  }

  #unfollow(): void {
    const stop = this.#stopFollowing;
    this.#stopFollowing = this.#book = undefined;
    // Also called by what is followed.
    queueMicrotask(() => stop?.());
  }

  #claim(): number {
    this.#began();
    return this.#log.add("claim", this.#options.session.mark());
  }

  #began(): void {
    this.#beatMs = this.#options.now();
    this.#sinceBeat = 0;
  }

  async #event(book: StandingBook, kept: KeptEntry): Promise<void> {
    // One that is not followed any more.
    if (this.#book !== book) return;
    const { events } = this.#options;
    const { mark, holds } = book;
    this.#sinceBeat += 1 + kept.entry.text.length / ENTRY_CHARS;
    for (const each of book.take(kept)) await this.#deliver(book, each);
    if (this.#book !== book) return;
    const { kind, head } = kept.entry;
    const isOwn = readSender(head).tag === events.tag;
    if (isOwn && book.holds && (kind === "claim" || kind === "held")) await this.#prime(kept);
    if (this.#sinceBeat > BEAT_ENTRIES) this.beat();
    if (book.holds === holds || this.#book !== book) return;
    if (book.holds) this.#announce(mark);
    this.changed();
  }

  /** Writes a message, or leaves it to whoever has a connection next. */
  async #deliver(book: StandingBook, { sequence, entry }: KeptEntry): Promise<void> {
    // What was left by another process comes after newer ones, which were said to be delivered with all before them.
    const isLate = sequence < this.#furthest;
    const response = this.#book === book ? this.#connections.newest : undefined;
    if (response === undefined) {
      if (isLate) this.push(entry.text);
      return;
    }
    this.#delivered = this.#furthest = Math.max(sequence, this.#furthest);
    await written(response, frameOf(entry.text, `${this.#streamId}_${sequence}`));
  }

  /** Says what changed since the client was told last, by whomever. */
  #announce(mark: string | undefined): void {
    const unsaid = this.#unsaid ?? [];
    this.#unsaid = undefined;
    const texts = mark === undefined ? unsaid : this.#options.session.since(mark);
    for (const text of texts) this.push(text);
  }

  async #prime({ sequence }: KeptEntry): Promise<void> {
    const { primes } = this.#options;
    const response = this.#connections.newest;
    if (primes && response) await written(response, emptyFrame(`${this.#streamId}_${sequence}`));
  }

  /** Writes what cannot be kept now, to be had no second time; false without a connection. */
  direct(text: string, head: string): boolean {
    const response = this.#connections.newest;
    if (response === undefined) return false;
    if (this.#book?.say(readSender(head)) === false) return true;
    response.write(frameOf(text));
    cutOffIfStuck(response);
    return true;
  }

  left(): void {
    this.#unfollow();
    this.#log.add("release", `${this.#delivered} ${this.#options.session.mark()}`);
    this.#delivered = 0;
    this.changed();
  }

  changed(): void {
    this.#options.session.listeningChanged();
  }
}

export { SharedStanding, type Listened };
