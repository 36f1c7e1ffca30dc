import type { ServerResponse } from "node:http";
import { GatewayError } from "../rpc/errors.ts";
import { errorText } from "../rpc/reply.ts";
import { emptyFrame, frameOf } from "./event-frame.ts";
import type { KeptEntry, SessionEvents } from "./session-events.ts";
import { cutOffIfStuck } from "./slow-reader.ts";

/** How long after the last sign of a call its process is asked for another. */
const ASK_AFTER_MS = 5_000;
/** A process that does not answer this often, one after the other, has the call no more. */
const MAX_UNANSWERED = 3;

/** What following a stream needs. */
interface FollowedStreamOptions {
  readonly events: SessionEvents;
  readonly streamId: string;
  /** The event that the client saw last. */
  readonly seen: KeptEntry;
  readonly response: ServerResponse;
  ended(stream: FollowedStream): void;
}

/** The connection of a client that came here for the stream of a POST which another process answers, or answered. */
class FollowedStream {
  readonly response: ServerResponse;
  readonly #options: FollowedStreamOptions;
  readonly #requestId: string;
  readonly #stopFollowing: () => void;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;
  #unanswered = 0;

  /** The head of the response is written. */
  constructor(options: FollowedStreamOptions) {
    const { events, streamId, seen, response } = options;
    this.#options = options;
    this.response = response;
    this.#requestId = seen.entry.head;
    response.once("close", () => this.#stop());
    this.#stopFollowing = events.follow(streamId, seen.sequence, (kept) => this.#take(kept));
    this.#askIn(0);
  }

  keepAlive(): void {
    this.response.write(": keep-alive\n\n");
  }

  /** Ends the connection, with a hint when to come back. */
  hangUp(retryMs: number): void {
    this.response.write(`retry: ${retryMs}\n\n`);
    this.end();
  }

  /** Ends the connection; the stream goes on. */
  end(): void {
    this.#stop();
    this.response.end();
    cutOffIfStuck(this.response);
  }

  async #take({ sequence, entry }: KeptEntry): Promise<void> {
    if (this.#stopped) return;
    const id = `${this.#options.streamId}_${sequence}`;
    const { kind, text } = entry;
    // What another process writes at the end may be empty, where there is nothing to be said.
    if (kind === "prime") await written(this.response, emptyFrame(id));
    else if (text !== "") await written(this.response, frameOf(text, id));
    if (kind === "last" || kind === "end") this.end();
    else this.#askIn(ASK_AFTER_MS);
  }

  #askIn(delayMs: number): void {
    clearTimeout(this.#timer);
    if (!this.#stopped) this.#timer = setTimeout(() => void this.#ask(), delayMs).unref();
  }

  async #ask(): Promise<void> {
    const { events, streamId } = this.#options;
    const runs = await events.runs(ownerOf(streamId), streamId);
    if (this.#stopped) return;
    this.#unanswered = runs === false ? this.#unanswered + 1 : 0;
    if (this.#unanswered < MAX_UNANSWERED) return this.#askIn(runs === false ? 0 : ASK_AFTER_MS);
    await this.#giveUp();
  }

  /** Nobody has the call any more: whoever waits for its answer hears so, here and elsewhere. */
  async #giveUp(): Promise<void> {
    const { events, streamId } = this.#options;
    const head = this.#requestId;
    const lost = new GatewayError(
      "shutting-down",
      "The gateway process that had this call is gone: whether it was carried out is not known.",
    );
    const text = head === "" ? "" : errorText(head, lost);
    const { outcome } = await events.append(streamId, { kind: "last", head, text });
    if (outcome !== "appended") this.#askIn(ASK_AFTER_MS);
  }

  #stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    clearTimeout(this.#timer);
    // Also called by what is followed, before there is anything to stop.
    queueMicrotask(() => this.#stopFollowing());
    this.#options.ended(this);
  }
}

/** Writes to a client; resolves when it may take more, or is gone. */
async function written(response: ServerResponse, frame: string): Promise<void> {
  if (response.destroyed) return;
  const flowing = response.write(frame);
  cutOffIfStuck(response);
  if (flowing) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.once("drain", done).once("close", done);
  });
}

/** The id of a stream that a process opens; no other process opens it. */
function streamIdOf(tag: string, number: number): string {
  return `${tag}-${number}`;
}

/** The process that opened a stream. */
function ownerOf(streamId: string): string {
  return streamId.slice(0, streamId.lastIndexOf("-"));
}

export { FollowedStream, streamIdOf, written };
