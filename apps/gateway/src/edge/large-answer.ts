import type { ServerResponse } from "node:http";
import type { ByteSink, FlowControl } from "../backends/port.ts";
import type { Outcome } from "../core/call.ts";
import type { GatewayError } from "../rpc/errors.ts";
import { allowSilence, cutOffIfStuck } from "../sessions/slow-reader.ts";

/** What hears how a large answer goes. */
interface PipeEvents {
  /** More HTTP headers of the response. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Some of it came, or can come again. */
  heard(): void;
  ended(outcome: Outcome, error?: GatewayError): void;
}

/** Passes a large answer on as it arrives, no faster than the client reads. */
class PipedAnswer implements ByteSink {
  readonly #response: ServerResponse;
  readonly #flow: FlowControl;
  readonly #events: PipeEvents;
  #held = false;

  constructor(response: ServerResponse, flow: FlowControl, events: PipeEvents) {
    this.#response = response;
    this.#flow = flow;
    this.#events = events;
    response.writeHead(200, { "content-type": "application/json", ...events.headers });
    response.on("drain", () => {
      allowSilence(response);
      this.#held = false;
      events.heard();
      flow.resume();
    });
  }

  /** Whether the backend is held back until the client has read more. */
  get held(): boolean {
    return this.#held;
  }

  write(chunk: Buffer): void {
    this.#events.heard();
    if (this.#response.destroyed) this.#flow.abort();
    else if (!this.#response.write(chunk)) {
      this.#held = true;
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
  abort(error: GatewayError): void {
    this.#events.ended("failed", error);
    this.#response.destroy();
  }

  /** The client wants no more of it. */
  cancel(): void {
    this.#response.destroy();
  }
}

/** Who gets an answer that was collected. */
interface AnswerTaker {
  heard(): void;
  answer(text: string): void;
  failed(error: GatewayError): void;
}

/** Holds a large answer for an event stream, where it has to be one event. */
class CollectedAnswer implements ByteSink {
  readonly #taker: AnswerTaker;
  readonly #chunks: Buffer[] = [];

  constructor(taker: AnswerTaker) {
    this.#taker = taker;
  }

  write(chunk: Buffer): void {
    this.#taker.heard();
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
