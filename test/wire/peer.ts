import { notificationText, requestText, resultText } from "./http.ts";
import { NumberText, at, readTree } from "./json-tree.ts";
import type { Tree, TreeObject } from "./json-tree.ts";
import type { OpenWire, Wire } from "./wire.ts";

/** What a client answers to requests of the server: JSON text of the result, by method. */
export type Answers = Record<string, (params: Tree | undefined) => string | Promise<string>>;

/** What a client says of itself. */
export type PeerOptions = { capabilities?: object; answers?: Answers; protocolVersion?: string };

type Waiting = { method: string; resolve: (message: TreeObject) => void };

const LATEST = "2025-11-25";

/** A client of one session that keeps every message as it was written. */
export class Peer {
  /** Every notification and request of the server, in order of arrival. */
  readonly heard: TreeObject[] = [];
  readonly #answers: Answers;
  readonly #asked = new Map<string, (answer: TreeObject) => void>();
  readonly #unheard: TreeObject[] = [];
  #waiting: Waiting[] = [];
  #wire: Wire | undefined;
  #lastId = 0;

  private constructor(answers: Answers) {
    this.#answers = answers;
  }

  /** Opens a wire, does the handshake and stands ready to hear. */
  static async connect(open: OpenWire, options: PeerOptions = {}): Promise<Peer> {
    const peer = new Peer(options.answers ?? {});
    const wire = await open((text) => peer.#receive(text));
    peer.#wire = wire;
    const answer = await peer.request("initialize", {
      protocolVersion: options.protocolVersion ?? LATEST,
      capabilities: options.capabilities ?? {},
      clientInfo: { name: "raw-peer", version: "1.0.0" },
    });
    const version = at(answer, "result", "protocolVersion");
    if (typeof version !== "string") throw new Error(`Refused: ${JSON.stringify(answer)}`);
    await wire.established(version);
    peer.initialized = answer;
    await peer.notify("notifications/initialized");
    return peer;
  }

  /** The answer to initialize. */
  initialized: TreeObject = {};

  /** Sends a request under an id of its own; `params` may be JSON text. Resolves with the whole answer, be it result or error. */
  request(method: string, params: object | string = {}): Promise<TreeObject> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#asked.set(String(id), resolve);
      this.#send(requestText(id, method, params)).catch(reject);
    });
  }

  /** The id of the request that was sent last. */
  get lastId(): number {
    return this.#lastId;
  }

  /** Sends a notification. */
  async notify(method: string, params: object | string = {}): Promise<void> {
    await this.#send(notificationText(method, params));
  }

  /** The oldest message of a method that was not taken yet, or the next one to come. */
  next(method: string): Promise<TreeObject> {
    const index = this.#unheard.findIndex((message) => message["method"] === method);
    if (index >= 0) return Promise.resolve(this.#unheard.splice(index, 1)[0]!);
    return new Promise((resolve) => this.#waiting.push({ method, resolve }));
  }

  /** Ends the session. */
  async close(): Promise<void> {
    await this.#wire?.close();
  }

  async #send(text: string): Promise<void> {
    await this.#wire?.send(text);
  }

  #receive(text: string): void {
    const message = readTree(text) as TreeObject;
    if (message["method"] === undefined) return this.#answered(message);
    this.heard.push(message);
    if (message["id"] !== undefined) void this.#answer(message);
    const waiting = this.#waiting.find(({ method }) => method === message["method"]);
    this.#waiting = this.#waiting.filter((each) => each !== waiting);
    if (waiting === undefined) this.#unheard.push(message);
    else waiting.resolve(message);
  }

  #answered(answer: TreeObject): void {
    const key = idJson(answer["id"]);
    this.#asked.get(key)?.(answer);
    this.#asked.delete(key);
  }

  async #answer({ id, method, params }: TreeObject): Promise<void> {
    const answer = typeof method === "string" ? this.#answers[method] : undefined;
    if (answer !== undefined) return this.#send(resultText(idJson(id), await answer(params)));
    const error = '{"code":-32601,"message":"This client was not asked to answer that."}';
    await this.#send(`{"jsonrpc":"2.0","id":${idJson(id)},"error":${error}}`);
  }
}

function idJson(id: Tree | undefined): string {
  return id instanceof NumberText ? id.text : JSON.stringify(id ?? null);
}
