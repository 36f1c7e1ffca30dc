import type { ServerResponse } from "node:http";
import { MAX_CONNECTIONS } from "./event-stream.ts";
import { cutOffIfStuck } from "./slow-reader.ts";

/** Who hears of connections. */
interface ConnectionsWatch {
  /** The last one is gone. */
  left(): void;
}

/** A client's connections to one process for what belongs to no request, of which the newest gets the messages. */
class StandingConnections {
  readonly #watch: ConnectionsWatch;
  #all: readonly ServerResponse[] = [];

  constructor(watch: ConnectionsWatch) {
    this.#watch = watch;
  }

  get any(): boolean {
    return this.#all.length > 0;
  }

  /** The one that gets the messages. */
  get newest(): ServerResponse | undefined {
    return this.#all.findLast(({ destroyed }) => !destroyed);
  }

  /** Takes one more; the oldest ends when there are too many. */
  add(response: ServerResponse): void {
    const [oldest] = this.#all;
    this.#all = this.#all.concat(response);
    response.on("close", () => this.#remove(response));
    if (oldest && this.#all.length > MAX_CONNECTIONS) this.dismiss(oldest);
  }

  /** Takes this one in place of all others, which end. */
  replace(response: ServerResponse): void {
    const others = this.#all;
    this.#all = [];
    this.add(response);
    for (const other of others) end(other);
  }

  dismiss(response: ServerResponse): void {
    if (this.#remove(response)) end(response);
  }

  dismissAll(): void {
    for (const response of this.#all) this.dismiss(response);
  }

  /** Writes to each of them. */
  tell(text: string): void {
    for (const response of this.#all) response.write(text);
  }

  #remove(response: ServerResponse): boolean {
    if (!this.#all.includes(response)) return false;
    this.#all = this.#all.filter((one) => one !== response);
    if (this.#all.length === 0) this.#watch.left();
    return true;
  }
}

function end(response: ServerResponse): void {
  response.end();
  cutOffIfStuck(response);
}

export { StandingConnections, type ConnectionsWatch };
