import type { ServerResponse } from "node:http";
import type { ClientStream, StandingStream } from "./client-streams.ts";
import { dataOf, emptyFrame, frameOf } from "./event-frame.ts";
import { cutOffIfStuck } from "./slow-reader.ts";

/** What all streams of the process keep together, in characters. */
interface EventBudget {
  used: number;
  readonly max: number;
}

/** Bounds of what one stream keeps for a client that may come back. */
interface EventStreamLimits {
  readonly maxEvents: number;
  readonly maxBytes: number;
  /** A client that reads slower than this many bytes behind is cut off; it may resume. */
  readonly maxUnsentBytes: number;
  /** Shared by all streams: when it is used up, streams keep their newest event only. */
  readonly budget: EventBudget;
}

interface StoredEvent {
  readonly seq: number;
  readonly frame: string;
}

/** How a stream ended or is going on. */
type StreamState = "open" | "ended";

/** Connections that one stream keeps at most; the oldest ends for one more. */
const MAX_CONNECTIONS = 4;

/** Headers of every event stream. */
const EVENT_STREAM_HEADERS = {
  "content-type": "text/event-stream",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
} as const;

/**
 * One event stream of one session: what was sent is kept, bounded, so that a client that lost the
 * connection can resume after the last event that it saw. Events are stored before they are written.
 */
class EventStream implements ClientStream, StandingStream {
  readonly id: string;
  readonly #limits: EventStreamLimits;
  readonly #left: (() => void) | undefined;
  readonly #events: StoredEvent[] = [];
  #bytes = 0;
  #seq = 0;
  /** Up to this event everything was handed to a connection. */
  #sent = 0;
  #response: ServerResponse | undefined;
  /** Connections that get the messages when the newer ones are gone, the newest last. */
  #waiting: ServerResponse[] = [];
  #state: StreamState = "open";
  #endedAtMs = 0;

  /** `left` hears when a connection is gone. */
  constructor(id: string, limits: EventStreamLimits, left?: () => void) {
    this.id = id;
    this.#left = left;
    this.#limits = limits;
  }

  get attached(): boolean {
    return this.#response !== undefined;
  }

  get state(): StreamState {
    return this.#state;
  }

  /** When the stream ended, for the sweep. */
  get endedAtMs(): number {
    return this.#endedAtMs;
  }

  /** Events kept for a client that comes back. */
  get keptEvents(): number {
    return this.#events.length;
  }

  /** How many bytes the stream keeps. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether anything was sent after the event with this number. */
  hasAfter(seq: number): boolean {
    return this.#seq > seq;
  }

  /** Sends one message; without a connection it is kept for the next one. A stream that ended takes none. */
  push(text: string, seq = this.#seq + 1): void {
    if (this.#state === "open") this.#write(frameOf(text, `${this.id}_${(this.#seq = seq)}`));
  }

  /** Sends a message that says no more when it is said twice, unless it waits to be sent already. */
  pushOnce(text: string): void {
    const data = dataOf(text);
    if (!this.#events.some(({ seq, frame }) => seq > this.#sent && frame.endsWith(data)))
      this.push(text);
  }

  /** Sends an empty event, so that the client has an id to come back with. */
  prime(seq = this.#seq + 1): void {
    if (this.#state === "open") this.#write(emptyFrame(`${this.id}_${(this.#seq = seq)}`));
  }

  /** Nothing more will come; the connection ends when all is written. */
  end(nowMs: number): void {
    this.#state = "ended";
    this.#endedAtMs = nowMs;
    this.detach();
  }

  /** Asks the client to come back after `retryMs`, and ends its connections; the stream goes on. */
  hangUp(retryMs: number): void {
    for (const response of this.#connections()) response.write(`retry: ${retryMs}\n\n`);
    this.detach();
  }

  /** Ends the connections, without a word. */
  detach(): void {
    const connections = this.#connections();
    this.#response = undefined;
    this.#waiting = [];
    for (const response of connections) {
      response.end();
      cutOffIfStuck(response);
    }
  }

  /** Ends one connection, if it is of this stream. */
  dismiss(response: ServerResponse): void {
    if (!this.#connections().includes(response)) return;
    this.#closed(response);
    response.end();
    cutOffIfStuck(response);
  }

  /**
   * Takes a connection whose head is written, and sends it what came after event `afterSeq` (default: what no
   * connection got). Any other connection ends.
   */
  attach(response: ServerResponse, afterSeq = this.#sent): void {
    this.detach();
    this.#take(response, afterSeq);
  }

  /** Takes a connection that gets the messages before those there are, which stay and get them again after it. */
  join(response: ServerResponse, primed = false): void {
    if (response.destroyed) return;
    if (this.#response !== undefined) this.#waiting.push(this.#response);
    if (this.#waiting.length >= MAX_CONNECTIONS) this.#waiting.shift()?.end();
    this.#take(response, this.#sent);
    if (primed) this.prime();
  }

  #take(response: ServerResponse, afterSeq: number): void {
    if (response.destroyed) return;
    this.#response = response;
    response.on("close", () => {
      this.#closed(response);
      this.#left?.();
    });
    this.#sendAfter(response, afterSeq);
    if (this.#state === "ended") this.detach();
  }

  #sendAfter(response: ServerResponse, afterSeq: number): void {
    for (const event of this.#events) if (event.seq > afterSeq) response.write(event.frame);
    this.#sent = this.#seq;
    cutOffIfStuck(response);
  }

  #closed(response: ServerResponse): void {
    this.#waiting = this.#waiting.filter((waiting) => waiting !== response);
    if (this.#response !== response) return;
    this.#response = this.#waiting.pop();
    if (this.#response !== undefined) this.#sendAfter(this.#response, this.#sent);
  }

  #connections(): ServerResponse[] {
    return this.#response === undefined ? this.#waiting : [...this.#waiting, this.#response];
  }

  /** A comment, so that proxies and clients see that the stream lives. */
  keepAlive(): void {
    for (const response of this.#connections()) response.write(": keep-alive\n\n");
  }

  #write(frame: string): void {
    this.#store(frame);
    const response = this.#response;
    if (response === undefined || response.destroyed) return;
    // Before the write, so that one long event does not cut off a client that reads.
    if (response.writableLength > this.#limits.maxUnsentBytes) return void response.destroy();
    this.#sent = this.#seq;
    response.write(frame);
    cutOffIfStuck(response);
  }

  /** Forgets what it keeps; the stream itself goes on. */
  forget(): void {
    this.#limits.budget.used -= this.#bytes;
    this.#events.length = 0;
    this.#bytes = 0;
  }

  #store(frame: string): void {
    this.#events.push({ seq: this.#seq, frame });
    this.#add(frame.length);
    while (this.#events.length > 1 && this.#keepsTooMuch())
      this.#add(-(this.#events.shift()?.frame.length ?? 0));
  }

  #keepsTooMuch(): boolean {
    const { maxEvents, maxBytes, budget } = this.#limits;
    return this.#events.length > maxEvents || this.#bytes > maxBytes || budget.used > budget.max;
  }

  #add(bytes: number): void {
    this.#bytes += bytes;
    this.#limits.budget.used += bytes;
  }
}

export {
  EVENT_STREAM_HEADERS,
  EventStream,
  MAX_CONNECTIONS,
  type EventBudget,
  type EventStreamLimits,
};
