import type { ServerResponse } from "node:http";
import { GatewayError } from "../rpc/errors.ts";
import { errorText } from "../rpc/reply.ts";
import type { ClientStream } from "./client-streams.ts";
import type { EventStream } from "./event-stream.ts";
import type { SessionEvents } from "./session-events.ts";
import type { StreamEntry } from "./stream-entry.ts";

/** What waits to be kept; with more the stream goes on in this process alone. */
const MAX_WAITING = 1_000;
const MAX_WAITING_CHARS = 16 * 1024 * 1024;

/** What is done to a stream, in order. */
type Step =
  | { readonly do: "push"; readonly text: string }
  | { readonly do: "prime" }
  | { readonly do: "hang-up"; readonly retryMs: number }
  | { readonly do: "end"; readonly nowMs: number };

/** What a logged stream is made of. */
interface LoggedStreamOptions {
  /** Keeps events in this process as well, and writes them. */
  readonly out: EventStream;
  readonly events: SessionEvents;
  /** The request that it answers, as JSON text; empty for several. */
  readonly requestId: string;
  /** All was written, the end too. */
  over(): void;
}

/**
 * The stream of a POST that this process answers: each event is kept for all processes before it is written, under the
 * number that it has there. When that cannot be done now, the rest is kept in this process alone.
 */
class LoggedStream implements ClientStream {
  readonly #options: LoggedStreamOptions;
  readonly #steps: Step[] = [];
  #waitingChars = 0;
  #running: Promise<void> | undefined;
  #ending = false;
  #alone = false;
  /** When another process last asked on behalf of a client that it is connected to. */
  followedMs = -Infinity;

  constructor(options: LoggedStreamOptions) {
    this.#options = options;
  }

  get attached(): boolean {
    return this.#options.out.attached;
  }

  /** Whether all was said that there is to say. */
  get ending(): boolean {
    return this.#ending;
  }

  /** Whether other processes know how it goes on. */
  get shared(): boolean {
    return !this.#alone;
  }

  attach(response: ServerResponse): void {
    this.#options.out.attach(response);
  }

  push(text: string): void {
    if (this.#ending) return;
    this.#waitingChars += text.length;
    this.#add({ do: "push", text });
  }

  prime(): void {
    if (!this.#ending) this.#add({ do: "prime" });
  }

  hangUp(retryMs: number): void {
    this.#add({ do: "hang-up", retryMs });
  }

  end(nowMs: number): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#add({ do: "end", nowMs });
  }

  /** Resolves when all that was asked for is done. */
  async settled(): Promise<void> {
    await this.#running;
  }

  #add(step: Step): void {
    this.#steps.push(step);
    if (this.#steps.length > MAX_WAITING || this.#waitingChars > MAX_WAITING_CHARS) this.#leave();
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    // What is asked for in one turn is seen together: a last message and the end are one entry.
    await Promise.resolve();
    for (let step = this.#steps.shift(); step !== undefined; step = this.#steps.shift())
      await this.#take(step);
    this.#running = undefined;
  }

  async #take(step: Step): Promise<void> {
    const { out, over } = this.#options;
    if (step.do === "push") {
      this.#waitingChars -= step.text.length;
      const isLast = this.#steps[0]?.do === "end";
      const sequence = await this.#kept(isLast ? "last" : "message", step.text);
      out.push(step.text, sequence);
      if (!isLast) return;
      const end = this.#steps.shift();
      out.end(end?.do === "end" ? end.nowMs : 0);
      over();
    } else if (step.do === "prime") out.prime(await this.#kept("prime", ""));
    else if (step.do === "hang-up") out.hangUp(step.retryMs);
    else {
      await this.#kept("end", "");
      out.end(step.nowMs);
      over();
    }
  }

  /** The number under which an event is kept for all; nothing when it is not. */
  async #kept(kind: StreamEntry["kind"], text: string): Promise<number | undefined> {
    if (this.#alone) return this.#lost();
    const appended = await this.#append(kind, text);
    if (appended.outcome === "appended") return appended.sequence;
    if (appended.outcome === "too-large") return this.#placeOf(kind);
    this.#leave();
    return this.#lost();
  }

  /** An event too large to be kept is written all the same; who comes back elsewhere hears of the loss where an answer was. */
  async #placeOf(kind: StreamEntry["kind"]): Promise<number | undefined> {
    const { events, requestId } = this.#options;
    events.dropped();
    if (kind !== "last") return undefined;
    const tooLarge = new GatewayError(
      "result-too-large",
      "The answer was too large to be kept for a client that comes back.",
    );
    const placed = await this.#append(kind, requestId === "" ? "" : errorText(requestId, tooLarge));
    return placed.outcome === "appended" ? placed.sequence : undefined;
  }

  #append(kind: StreamEntry["kind"], text: string) {
    const { out, events, requestId } = this.#options;
    return events.append(out.id, { kind, head: requestId, text });
  }

  #leave(): void {
    this.#alone = true;
  }

  #lost(): undefined {
    this.#options.events.dropped();
  }
}

export { LoggedStream };
