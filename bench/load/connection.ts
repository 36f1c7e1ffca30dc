import { connect, type Socket } from "node:net";
import { parseAnswer, type Answer } from "./answer.ts";

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A keep-alive connection that carries one exchange at a time: far cheaper than an HTTP client, so that the load
 * process is not what is measured. One that the server closed while idle is opened anew.
 */
export class Connection {
  readonly #url: URL;
  #socket: Socket | undefined;
  #received = "";
  #waiting: Waiting | undefined;

  constructor(url: URL) {
    this.#url = url;
  }

  /** Sends a whole request and resolves with its whole response. */
  exchange(request: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#waiting !== undefined) return reject(new Error("one exchange at a time"));
      this.#waiting = { resolve, reject };
      this.#socket ??= this.#open();
      this.#socket.write(request);
    });
  }

  /** Closes at once; an exchange in flight fails. */
  close(): void {
    this.#socket?.destroy();
  }

  #open(): Socket {
    const socket = connect({
      host: this.#url.hostname,
      port: Number(this.#url.port),
      noDelay: true,
    });
    let cause = new Error(`${this.#url.host} closed the connection`);
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => this.#receive(chunk));
    socket.on("error", (error) => (cause = error));
    socket.on("close", () => {
      this.#socket = undefined;
      this.#received = "";
      this.#settle()?.reject(cause);
    });
    return socket;
  }

  #receive(chunk: string): void {
    this.#received += chunk;
    const answer = parseAnswer(this.#received);
    if (answer === undefined) return;
    this.#received = this.#received.slice(answer.end);
    this.#settle()?.resolve(answer);
  }

  #settle(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }
}
