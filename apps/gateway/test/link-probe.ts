import { answerOnly } from "../src/backends/answer-only.ts";
import type { ClientProfile, Exchange, Inbound, Link } from "../src/backends/port.ts";
import type { GatewayError } from "../src/rpc/errors.ts";
import { memberText } from "../src/rpc/member-span.ts";
import { readMessage, type Message } from "../src/rpc/message.ts";

/** How a request ended. */
type End = { readonly answer: Message } | { readonly error: GatewayError };

/** A request under way, as its asker sees it. */
interface Asked {
  readonly end: Promise<End>;
  /** Texts in the order of arrival; the answer last. */
  readonly heard: string[];
  readonly cancel: (reason: string) => void;
}

/** A profile with every capability. */
const PROFILE: ClientProfile = {
  capabilities:
    '{"sampling":{},"elicitation":{"form":{},"url":{}},"roots":{"listChanged":true},"n":1.0}',
  clientInfo: '{"name":"probe","version":"1"}',
  headers: {},
};

/** An inbound that keeps what it gets, and lets tests wait for it. */
class InboundProbe implements Inbound {
  readonly messages: Message[] = [];
  readonly ended = Promise.withResolvers<GatewayError>();
  readonly #waiting: { method: string; found: (message: Message) => void }[] = [];

  message(message: Message): void {
    this.messages.push(message);
    const at = this.#waiting.findIndex(({ method }) => method === message.method);
    if (at !== -1) this.#waiting.splice(at, 1)[0]?.found(message);
  }

  timesReopened = 0;

  reopened(): void {
    this.timesReopened++;
  }

  closed(reason: GatewayError): void {
    this.ended.resolve(reason);
  }

  /** The next message of this method, or one that came already and was not taken. */
  async next(method: string): Promise<Message> {
    const at = this.messages.findIndex((message) => message.method === method);
    const message =
      at === -1
        ? await new Promise<Message>((found) => void this.#waiting.push({ method, found }))
        : this.messages[at]!;
    this.messages.splice(this.messages.indexOf(message), 1);
    return message;
  }

  /** Where the messages of a request go too, when it is the same to a test. */
  readonly also = (message: Message): void => this.message(message);
}

/** Sends a request whose text is given. */
function askText(link: Link, id: string, text: string, interim?: Exchange["interim"]): Asked {
  const { promise, resolve } = Promise.withResolvers<End>();
  const heard: string[] = [];
  const exchange = answerOnly(
    (answer) => {
      heard.push(answer);
      resolve({ answer: readMessage(answer) });
    },
    (error) => resolve({ error }),
  );
  const cancel = link.request(
    { id, text },
    {
      ...exchange,
      interim: (message) => {
        heard.push(message.text);
        interim?.(message);
      },
    },
  );
  return { end: promise, heard, cancel };
}

/** Calls a tool of the scripted server. */
function call(
  link: Link,
  name: string,
  options: { id?: string; arguments?: unknown; token?: string; interim?: Exchange["interim"] } = {},
): Asked {
  const id = options.id ?? JSON.stringify(`probe-${Math.random()}`);
  const meta = options.token === undefined ? "" : `,"_meta":{"progressToken":${options.token}}`;
  const args = JSON.stringify(options.arguments ?? {});
  const params = `{"name":${JSON.stringify(name)},"arguments":${args}${meta}}`;
  const text = `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":${params}}`;
  return askText(link, id, text, options.interim);
}

/** Sends any other request. */
function ask(link: Link, method: string, params: unknown): Asked {
  const id = JSON.stringify(`probe-${Math.random()}`);
  const text = `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${JSON.stringify(params)}}`;
  return askText(link, id, text);
}

/** The answer; throws when there is none. */
async function answerOf(asked: Asked): Promise<Message> {
  const end = await asked.end;
  if ("error" in end) throw end.error;
  return end.answer;
}

/** The parsed result; throws when there is none. */
async function resultOf<T = Record<string, unknown>>(asked: Asked): Promise<T> {
  return JSON.parse(memberText((await answerOf(asked)).text, "result") ?? "null") as T;
}

/** The error with which the gateway failed the request; throws when there is none. */
async function errorOf(asked: Asked): Promise<GatewayError> {
  const end = await asked.end;
  if ("error" in end) return end.error;
  throw new Error(`answered: ${end.answer.text.slice(0, 200)}`);
}

/** What the scripted server knows of its session. */
interface ServerState {
  readonly pid: number;
  readonly env: Record<string, string>;
  readonly cwd: string;
  readonly initialized: string[];
  readonly cancelled: unknown[];
  readonly subscribed: string[];
  readonly responses: string[];
  readonly level: string;
  /** Requests that wait for `release`. */
  readonly held: number;
}

function stateOf(link: Link): Promise<ServerState> {
  return resultOf<ServerState>(call(link, "state"));
}

export {
  answerOf,
  ask,
  askText,
  call,
  errorOf,
  InboundProbe,
  PROFILE,
  resultOf,
  stateOf,
  type Asked,
  type ServerState,
};
