import { headerOf, type Answer } from "./answer.ts";
import { Connection } from "./connection.ts";
import { openStream, type OpenStream } from "./event-stream.ts";

const REVISION = "2025-11-25";

const CLIENT = {
  protocolVersion: REVISION,
  capabilities: {},
  clientInfo: { name: "headgate-bench", version: "1.0.0" },
};

// One counter for all sessions: servers that keep requests by id must never see the same one twice.
let lastId = 0;

/** How a call is made. */
interface CallOptions {
  /** The session's own connection when omitted. */
  readonly over?: Connection;
  /** How long the server lets it wait for its answer. */
  readonly waitMs?: number;
}

/** An MCP session as a client sees it; several may share a connection that carries one exchange at a time. */
export class Session {
  readonly url: URL;
  readonly #connection: Connection;
  readonly #common: string;

  /** The user name in the address, if there is one, is sent as the bearer token. */
  private constructor(url: URL, connection: Connection, sessionId: string | undefined) {
    this.url = url;
    this.#connection = connection;
    const id = sessionId === undefined ? "" : `mcp-session-id: ${sessionId}\r\n`;
    const token = url.username === "" ? "" : `authorization: Bearer ${url.username}\r\n`;
    this.#common = ` ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\nmcp-protocol-version: ${REVISION}\r\n${token}${id}`;
  }

  /** initialize and notifications/initialized. */
  static async open(url: URL, connection = new Connection(url)): Promise<Session> {
    const first = new Session(url, connection, undefined);
    const answer = await first.#post("initialize", CLIENT);
    const session = new Session(url, connection, headerOf(answer.head, "mcp-session-id"));
    await session.#notify("notifications/initialized");
    return session;
  }

  /** Calls the echo tool and checks that the answer is the one to this call. */
  async call(tool: string, { over, waitMs }: CallOptions = {}): Promise<void> {
    const text = `echo ${lastId + 1}.`;
    const { body } = await this.#post(
      "tools/call",
      { name: tool, arguments: { text, waitMs } },
      over,
    );
    if (!body.includes(text)) throw new Error(`a call was answered ${body.slice(0, 300)}`);
  }

  /** The first page of tools, as it came. */
  async list(over = this.#connection): Promise<string> {
    return (await this.#post("tools/list", {}, over)).body;
  }

  /** The cheapest request there is. */
  async ping(over = this.#connection): Promise<void> {
    await this.#post("ping", {}, over);
  }

  /** Opens the GET stream, on a connection of its own. */
  stream(): Promise<OpenStream> {
    return openStream(this.url, `GET${this.#common}accept: text/event-stream\r\n\r\n`);
  }

  /** Ends the session, over its own connection or another. */
  async delete(over = this.#connection): Promise<void> {
    const { status } = await over.exchange(`DELETE${this.#common}content-length: 0\r\n\r\n`);
    if (status >= 300 && status !== 405) throw new Error(`DELETE was answered ${status}`);
  }

  /** Closes the connection, and with it that of every session that shares it. */
  close(): void {
    this.#connection.close();
  }

  async #post(method: string, params: object, over = this.#connection): Promise<Answer> {
    const id = ++lastId;
    const answer = await this.#send(
      over,
      `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${JSON.stringify(params)}}`,
    );
    if (answer.status !== 200 || !answer.body.includes('"result"')) {
      throw new Error(`${method} was answered ${answer.status}: ${answer.body.slice(0, 300)}`);
    }
    return answer;
  }

  async #notify(method: string): Promise<void> {
    const { status } = await this.#send(this.#connection, `{"jsonrpc":"2.0","method":"${method}"}`);
    if (status !== 202) throw new Error(`${method} was answered ${status}`);
  }

  #send(over: Connection, body: string): Promise<Answer> {
    return over.exchange(
      `POST${this.#common}content-type: application/json\r\naccept: application/json, text/event-stream\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
  }
}
