import { EventEmitter } from "node:events";
import type { OutgoingHttpHeaders, ServerResponse } from "node:http";

/** A response that keeps what is written to it. */
class ResponseProbe extends EventEmitter {
  headersSent = false;
  destroyed = false;
  writableEnded = false;
  writableLength = 0;
  readonly socket = { setTimeout: () => undefined };
  status: number | undefined;
  headers: OutgoingHttpHeaders = {};
  body = "";
  /** Whether it takes no more for now, as one whose client does not read. */
  full = false;

  /** As the code under test sees it. */
  get real(): ServerResponse {
    return this as unknown as ServerResponse;
  }

  /** The data of the events that were written, empty ones included. */
  get events(): string[] {
    return [...this.body.matchAll(/^data: ?(.*)$/gm)].map(([, data = ""]) => data);
  }

  writeHead(status: number, headers: OutgoingHttpHeaders = {}): this {
    if (this.headersSent) throw new Error("the head was written twice");
    this.headersSent = true;
    this.status = status;
    this.headers = headers;
    return this;
  }

  flushHeaders(): void {}

  write(chunk: string | Buffer): boolean {
    if (this.writableEnded) throw new Error("written to after the end");
    this.body += chunk.toString();
    return !this.full;
  }

  end(chunk?: string): this {
    if (chunk !== undefined) this.write(chunk);
    this.writableEnded = true;
    return this;
  }

  destroy(): this {
    if (this.destroyed) return this;
    this.destroyed = true;
    this.emit("close");
    return this;
  }
}

export { ResponseProbe };
