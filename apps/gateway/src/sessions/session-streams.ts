import type { ServerResponse } from "node:http";
import type { ClientStreams } from "./client-streams.ts";
import { readEventId } from "./event-frame.ts";
import { EventStream, type EventStreamLimits } from "./event-stream.ts";

/** Finished streams that one session keeps at most for clients that come back. */
const MAX_KEPT_STREAMS = 64;

/** The event streams of one session, made when first needed: an idle session has none. */
class SessionStreams implements ClientStreams {
  readonly #limits: EventStreamLimits;
  /** The id of the stream that belongs to no request. */
  readonly #standalone: string;
  readonly #prefix: string;
  readonly #listeningChanged: (() => void) | undefined;
  readonly #streams = new Map<string, EventStream>();
  #next = 1;

  /**
   * `prefix` tells the streams of one session from those of another, so that no client resumes in the wrong one;
   * `listeningChanged` hears when a client has left the stream that belongs to no request.
   */
  constructor(limits: EventStreamLimits, prefix: string, listeningChanged?: () => void) {
    this.#limits = limits;
    this.#prefix = prefix;
    this.#listeningChanged = listeningChanged;
    this.#standalone = `${prefix}-0`;
  }

  /** A new stream for the answer to one POST. */
  create(): EventStream {
    return this.open(`${this.#prefix}-${this.#next++}`);
  }

  /** A new stream under an id that no other stream of the session has. */
  open(id: string): EventStream {
    const stream = new EventStream(id, this.#limits);
    this.#streams.set(stream.id, stream);
    this.#forgetOldest();
    return stream;
  }

  has(streamId: string): boolean {
    return this.#streams.has(streamId);
  }

  /** The stream for messages that belong to no request. */
  get standalone(): EventStream {
    let stream = this.#streams.get(this.#standalone);
    if (stream === undefined)
      this.#streams.set(
        this.#standalone,
        (stream = new EventStream(this.#standalone, this.#limits, this.#listeningChanged)),
      );
    return stream;
  }

  /** Whether a client listens for messages that belong to no request. */
  get listening(): boolean {
    return this.#streams.get(this.#standalone)?.attached ?? false;
  }

  get attachedCount(): number {
    let count = 0;
    for (const stream of this.#streams.values()) if (stream.attached) count++;
    return count;
  }

  /** Whether the answer to a call waits for a client that is not there. */
  get abandoned(): boolean {
    for (const stream of this.#streams.values())
      if (stream.id !== this.#standalone && stream.state === "open" && !stream.attached)
        return true;
    return false;
  }

  /** Events kept for clients that come back. */
  get keptEvents(): number {
    let count = 0;
    for (const stream of this.#streams.values()) count += stream.keptEvents;
    return count;
  }

  /**
   * Continues the stream of the event with this id on a connection whose head is yet to be written; false when it is
   * not known here. A client that has all of a stream that is over gets 204, at which event sources stop coming back.
   */
  resume(eventId: string, response: ServerResponse, writeHead: () => void): boolean {
    const event = readEventId(eventId);
    const stream = event && this.#streams.get(event.streamId);
    if (event === undefined || stream === undefined) return false;
    if (stream.state === "ended" && !stream.hasAfter(event.seq)) {
      response.writeHead(204).end();
      return true;
    }
    writeHead();
    stream.attach(response, event.seq);
    return true;
  }

  /** No other process asks. */
  runs(): boolean {
    return false;
  }

  keepAlive(): void {
    for (const stream of this.#streams.values()) stream.keepAlive();
  }

  /** Forgets streams that ended before `endedBeforeMs`. */
  sweep(endedBeforeMs: number): void {
    for (const [id, stream] of this.#streams) {
      if (stream.state === "ended" && stream.endedAtMs < endedBeforeMs) this.#drop(id, stream);
    }
  }

  /** Ends one connection; what comes after is kept for the client as for any that went away. */
  dismiss(response: ServerResponse): void {
    for (const stream of this.#streams.values()) stream.dismiss(response);
  }

  /** Ends every connection with a hint when to come back. */
  hangUp(retryMs: number): void {
    for (const stream of this.#streams.values()) stream.hangUp(retryMs);
  }

  close(nowMs: number): void {
    for (const [id, stream] of this.#streams) {
      stream.end(nowMs);
      this.#drop(id, stream);
    }
  }

  #drop(id: string, stream: EventStream): void {
    stream.forget();
    this.#streams.delete(id);
  }

  #forgetOldest(): void {
    if (this.#streams.size <= MAX_KEPT_STREAMS) return;
    for (const [id, stream] of this.#streams) {
      if (stream.state !== "ended") continue;
      this.#drop(id, stream);
      return;
    }
  }
}

export { SessionStreams };
