import type { ServerResponse } from "node:http";
import type { ByteSink, FlowControl } from "../backends/port.ts";
import type { Outcome } from "../core/call.ts";
import type { GatewayError } from "../rpc/errors.ts";
import { allowSilence, cutOffIfStuck } from "../sessions/slow-reader.ts";

/** What hears how a large answer goes. */
interface PipeEvents {
  /** Some of it was passed on. */
  heard(): void;
  ended(outcome: Outcome): void;
}

/** Passes a large answer on as it arrives, no faster than the client reads. */
class PipedAnswer implements ByteSink {
  readonly #response: ServerResponse;
  readonly #flow: FlowControl;
  readonly #events: PipeEvents;

  constructor(response: ServerResponse, flow: FlowControl, events: PipeEvents) {
    this.#response = response;
    this.#flow = flow;
    this.#events = events;
    response.writeHead(200, { "content-type": "application/json" });
    response.on("drain", () => {
      allowSilence(response);
      flow.resume();
    });
  }

  write(chunk: Buffer): void {
    this.#events.heard();
    if (this.#response.destroyed) this.#flow.abort();
    else if (!this.#response.write(chunk)) {
      this.#flow.pause();
      cutOffIfStuck(this.#response);
    }
  }

  end(): void {
    this.#response.end();
    cutOffIfStuck(this.#response);
    this.#events.ended("result");
  }

  /** Half an answer cannot be mended: the connection is cut, so that the client does not take it for whole. */
  abort(_: GatewayError): void {
    this.#response.destroy();
    this.#events.ended("failed");
  }
}

/** Holds a large answer for an event stream, where it has to be one event. */
class CollectedAnswer implements ByteSink {
  readonly #taker: { answer(text: string): void; failed(error: GatewayError): void };
  readonly #chunks: Buffer[] = [];

  constructor(taker: { answer(text: string): void; failed(error: GatewayError): void }) {
    this.#taker = taker;
  }

  write(chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  end(): void {
    this.#taker.answer(Buffer.concat(this.#chunks).toString("utf8"));
  }

  abort(reason: GatewayError): void {
    this.#taker.failed(reason);
  }
}

export { CollectedAnswer, PipedAnswer };
