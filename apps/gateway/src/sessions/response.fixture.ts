import { EventEmitter } from "node:events";
import type { ServerResponse } from "node:http";
import { createParser } from "eventsource-parser";

/** One event as a client would read it. */
interface ReadEvent {
  readonly id: string | undefined;
  readonly data: string;
}

/** Stands in for the response to a client: keeps what is written, and reads as slowly as the test wants. */
class FakeResponse extends EventEmitter {
  written = "";
  ended = false;
  destroyed = false;
  status: number | undefined;
  /** What the client has not taken yet, in bytes. */
  writableLength = 0;
  readonly socket = { setTimeout: (): void => undefined };

  write(text: string): boolean {
    if (this.ended) throw new Error("write after end");
    if (!this.destroyed) this.written += text;
    return true;
  }

  writeHead(status: number): this {
    this.status = status;
    return this;
  }

  end(): this {
    this.ended = true;
    return this;
  }

  destroy(): this {
    if (this.destroyed) return this;
    this.destroyed = true;
    queueMicrotask(() => this.emit("close"));
    return this;
  }

  /** The connection goes away, and the server has noticed. */
  vanish(): void {
    this.destroyed = true;
    this.emit("close");
  }

  /** Everything written so far, as a client would read it. */
  get events(): ReadEvent[] {
    const events: ReadEvent[] = [];
    const parser = createParser({ onEvent: ({ id, data }) => events.push({ id, data }) });
    parser.feed(this.written);
    return events;
  }

  get texts(): string[] {
    return this.events.map(({ data }) => data);
  }

  get asResponse(): ServerResponse {
    return this as unknown as ServerResponse;
  }
}

export { FakeResponse, type ReadEvent };
