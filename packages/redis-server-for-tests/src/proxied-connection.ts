import { connect, type Socket } from "node:net";
import { commandName, FrameCutter } from "./resp-frames.ts";

/** What is done to one command: let through, answered in the server's place, or executed without the client learning it. */
export type Treatment =
  | { readonly kind: "pass" }
  | { readonly kind: "answer"; readonly error: string }
  | { readonly kind: "execute-and-cut" };

/** What the proxy tells its connections, asked anew for each command and reply. */
export interface Conduct {
  treat(command: string): Treatment;
  readonly delayMs: number;
  readonly silent: boolean;
}

/** A client's connection and the one to the server that belongs to it. */
export class ProxiedConnection {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #conduct: Conduct;
  // One entry for each command whose reply is still to come, in order; a text is the reply itself.
  readonly #expected: ("reply" | "cut" | { readonly error: string })[] = [];
  readonly #held: Buffer[] = [];

  constructor(client: Socket, target: { host: string; port: number }, conduct: Conduct) {
    this.#client = client.setNoDelay();
    this.#server = connect(target.port, target.host).setNoDelay();
    this.#conduct = conduct;
    const commands = new FrameCutter();
    const replies = new FrameCutter();
    client.on("data", (piece: Buffer) => {
      for (const frame of commands.push(piece)) this.#receive(frame);
    });
    this.#server.on("data", (piece: Buffer) => {
      for (const frame of replies.push(piece)) this.#reply(frame);
    });
    for (const socket of [client, this.#server]) {
      socket.on("error", () => this.cut());
      socket.on("close", () => this.cut());
    }
  }

  /** Closes both sides at once. */
  cut(): void {
    this.#client.resetAndDestroy();
    this.#server.destroy();
  }

  /** Tells the client that nothing more will come, as a server that shuts down does. */
  halfClose(): void {
    this.#client.end();
  }

  /** Delivers what was held back while the proxy was silent. */
  release(): void {
    for (const frame of this.#held.splice(0)) this.#write(frame);
  }

  #receive(frame: Buffer): void {
    const treatment = this.#conduct.treat(commandName(frame));
    if (treatment.kind === "answer") {
      this.#expected.push({ error: treatment.error });
      this.#answerWhatIsDue();
      return;
    }
    this.#expected.push(treatment.kind === "pass" ? "reply" : "cut");
    this.#server.write(frame);
  }

  #reply(frame: Buffer): void {
    if (this.#expected.shift() === "cut") {
      this.cut();
      return;
    }
    this.#write(frame);
    this.#answerWhatIsDue();
  }

  #answerWhatIsDue(): void {
    for (;;) {
      const first = this.#expected[0];
      if (typeof first !== "object") return;
      this.#expected.shift();
      this.#write(Buffer.from(`-${first.error}\r\n`));
    }
  }

  #write(frame: Buffer): void {
    const { delayMs, silent } = this.#conduct;
    if (silent) this.#held.push(frame);
    else if (delayMs > 0) setTimeout(() => this.#send(frame), delayMs);
    else this.#send(frame);
  }

  #send(frame: Buffer): void {
    if (this.#client.writable) this.#client.write(frame);
  }
}
