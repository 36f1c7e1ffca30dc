import type { Exchange, Link } from "../backends/port.ts";
import type { View } from "../catalog/view.ts";
import type { Caller } from "../identity/caller.ts";
import type { ErrorCode } from "../rpc/errors.ts";
import type { Message } from "../rpc/message.ts";

/**
 * The client at the other end of a call. A client of a handshake revision is its session; one of a
 * stateless revision would be the request alone. Nothing beyond this interface may ask which.
 */
interface Peer {
  /** Who speaks. */
  readonly caller: Caller;
  /** What this client can see now. */
  readonly view: View;
  /** The link to a backend on behalf of this client; a promise while it is being opened. */
  link(backend: string): Link | Promise<Link>;
  /** The text to hand to the client for a message of a backend; `undefined` when the message was not for the client. */
  receive(backend: string, link: Link, message: Message): string | undefined;
}

/** Where a call goes: the backend and the request in its words. */
interface Target {
  readonly backend: string;
  /** The advertised name or URI, by which limits and metrics know it. */
  readonly name: string;
  /** It is a tool whose results clients hold to a schema. */
  readonly typedOutput: boolean;
  /** The request text for the backend. */
  readonly text: string;
}

/** How a call ended, for metrics and log. */
type Outcome = "result" | "error" | "refused" | "failed" | "cancelled";

/** An answer of the gateway's own that says no. */
interface Refusal {
  /** As metrics count it. */
  readonly code: ErrorCode;
  /** The JSON-RPC answer. */
  readonly text: string;
  /** For a response that has not begun and carries only this. */
  readonly httpStatus: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** What the gateway adds to an answer, whatever that says. */
interface Addition {
  /** HTTP headers, for a response that has not begun and answers only this. */
  readonly headers: Readonly<Record<string, string>>;
  /** An entry for the `_meta` of a result: its key, and its value as JSON text. */
  readonly meta: readonly [key: string, json: string] | undefined;
}

/** Takes the answer of one call to the client. */
interface Reply extends Exchange {
  /** Messages before the answer come from this link; `cancel` ends the call at the backend. */
  sentTo(backend: string, link: Link, cancel: (reason: string) => void): void;
  /** True once the client has its answer or wants none. */
  readonly finished: boolean;
  refuse(refusal: Refusal): void;
  /** Has something added to the answer; to be said before it comes. */
  add(addition: Addition): void;
}

/** One request of a client on its way through the gateway. */
interface Call {
  readonly peer: Peer;
  readonly request: Message;
  readonly target: Target;
  readonly reply: Reply;
}

/** Handles a call; the answer goes to `call.reply`. */
type Handler = (call: Call) => void;

/** Wraps a handler with one concern. */
type Layer = (next: Handler) => Handler;

export type { Addition, Call, Handler, Layer, Outcome, Peer, Refusal, Reply, Target };
