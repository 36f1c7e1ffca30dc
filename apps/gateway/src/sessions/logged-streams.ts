import type { ServerResponse } from "node:http";
import { GatewayError } from "../rpc/errors.ts";
import type { ClientStream, ClientStreams } from "./client-streams.ts";
import { readEventId } from "./event-frame.ts";
import type { EventStreamLimits } from "./event-stream.ts";
import { FollowedStream, streamIdOf } from "./followed-stream.ts";
import { LoggedStream } from "./logged-stream.ts";
import type { KeptEntry, SessionEvents } from "./session-events.ts";
import { SessionStreams } from "./session-streams.ts";
import { SharedStanding, type Listened } from "./shared-standing.ts";

/** A client that came for its answer elsewhere counts as being there for so long after its process asked. */
const FOLLOWED_MS = 30_000;

/** What the streams of a session that several processes serve are made of. */
interface LoggedStreamsOptions {
  readonly events: SessionEvents;
  readonly limits: EventStreamLimits;
  /** Tells the streams of one session from those of another in what clients see of them. */
  readonly prefix: string;
  readonly primes: boolean;
  readonly session: Listened;
  readonly now: () => number;
}

/** The answers that a process gives. */
interface Answers {
  /** What it keeps and writes of them itself. */
  readonly kept: SessionStreams;
  /** Those that are not over. */
  readonly open: Map<string, LoggedStream>;
}

/** The event streams of a session that several processes serve: what they carry is kept where each of them finds it. */
class LoggedStreams implements ClientStreams {
  readonly #options: LoggedStreamsOptions;
  readonly #standingId: string;
  // Made when first needed, as is the standing stream: most sessions that listen have nothing else.
  #answers: Answers | undefined;
  #followed: Set<FollowedStream> | undefined;
  #standing: SharedStanding | undefined;

  constructor(options: LoggedStreamsOptions) {
    this.#options = options;
    this.#standingId = `${options.prefix}-0`;
  }

  create(requestId = ""): ClientStream {
    const { events, limits, prefix } = this.#options;
    const { kept, open } = (this.#answers ??= {
      kept: new SessionStreams(limits, prefix),
      open: new Map(),
    });
    const out = kept.open(streamIdOf(events.tag, events.nextNumber()));
    const over = (): void => void open.delete(out.id);
    const stream = new LoggedStream({ out, events, requestId, over });
    open.set(out.id, stream);
    return stream;
  }

  get standalone(): SharedStanding {
    return (this.#standing ??= new SharedStanding(this.#standingId, this.#options));
  }

  get listening(): boolean {
    return this.#standing?.listening ?? false;
  }

  get attachedCount(): number {
    const standing = this.#standing?.attached ? 1 : 0;
    return (this.#answers?.kept.attachedCount ?? 0) + (this.#followed?.size ?? 0) + standing;
  }

  get abandoned(): boolean {
    const sinceMs = this.#options.now() - FOLLOWED_MS;
    for (const stream of this.#open)
      if (!stream.attached && stream.followedMs < sinceMs) return true;
    return false;
  }

  get keptEvents(): number {
    return this.#answers?.kept.keptEvents ?? 0;
  }

  /** Whether the answer that goes to a stream is still to come here, or the client listens here to what belongs to none. */
  runs(streamId: string): boolean {
    if (streamId === this.#standingId) return this.#standing?.attached ?? false;
    const stream = this.#answers?.open.get(streamId);
    if (stream === undefined || !stream.shared) return false;
    stream.followedMs = this.#options.now();
    return true;
  }

  resume(
    eventId: string,
    response: ServerResponse,
    writeHead: () => void,
  ): boolean | Promise<boolean> {
    const event = readEventId(eventId);
    // No event has the number 0.
    if (event === undefined || event.seq === 0) return false;
    const answers = this.#answers;
    if (answers?.kept.has(event.streamId)) {
      const here = (): boolean => answers.kept.resume(eventId, response, writeHead);
      const stream = answers.open.get(event.streamId);
      // What others may have read already is over here too.
      return stream?.ending ? stream.settled().then(here) : here();
    }
    return this.#resumed(event.streamId, event.seq, response, writeHead);
  }

  keepAlive(): void {
    this.#answers?.kept.keepAlive();
    this.#standing?.keepAlive();
    for (const stream of this.#followed ?? []) stream.keepAlive();
  }

  sweep(endedBeforeMs: number): void {
    this.#answers?.kept.sweep(endedBeforeMs);
    this.#standing?.beat();
    void this.#standing?.outlive();
  }

  dismiss(response: ServerResponse): void {
    this.#answers?.kept.dismiss(response);
    this.#standing?.dismiss(response);
    for (const stream of this.#followed ?? []) if (stream.response === response) stream.end();
  }

  hangUp(retryMs: number): void {
    // Those that are not over say first what they are still to say.
    for (const stream of this.#open) stream.hangUp(retryMs);
    for (const stream of this.#followed ?? []) stream.hangUp(retryMs);
    this.#standing?.hangUp(retryMs);
  }

  async close(nowMs: number): Promise<void> {
    for (const stream of this.#followed ?? []) stream.end();
    const open = [...this.#open];
    for (const stream of open) stream.end(nowMs);
    await Promise.all([this.#standing?.close(), ...open.map((stream) => stream.settled())]);
    this.#answers?.kept.close(nowMs);
  }

  get #open(): Iterable<LoggedStream> {
    return this.#answers?.open.values() ?? [];
  }

  async #resumed(
    streamId: string,
    seq: number,
    response: ServerResponse,
    writeHead: () => void,
  ): Promise<boolean> {
    const { events } = this.#options;
    const kept = await events.readAfter(streamId, seq - 1);
    if (kept === undefined)
      throw new GatewayError(
        "sessions-unavailable",
        "Events cannot be reached at the moment. Try again in 1 s.",
        { data: { retryAfterSeconds: 1 } },
      );
    const [seen, ...later] = kept;
    if (seen?.sequence !== seq) return false;
    if (streamId !== this.#standingId && isOver(seen, later)) {
      response.writeHead(204).end();
      return true;
    }
    writeHead();
    if (response.destroyed) return true;
    if (streamId === this.#standingId) this.standalone.resume(seen, response);
    else this.#follow(streamId, seen, response);
    return true;
  }

  #follow(streamId: string, seen: KeptEntry, response: ServerResponse): void {
    const { events } = this.#options;
    const ended = (stream: FollowedStream): void => void this.#followed?.delete(stream);
    (this.#followed ??= new Set()).add(
      new FollowedStream({ events, streamId, seen, response, ended }),
    );
  }
}

/** Whether a client that has an event has all of its stream. */
function isOver(seen: KeptEntry, later: readonly KeptEntry[]): boolean {
  return seen.entry.kind === "last" || later[0]?.entry.kind === "end";
}

export { LoggedStreams };
