import type { GatewayError } from "../rpc/errors.ts";
import type { Message } from "../rpc/message.ts";

/** What a backend is told of the client on whose behalf a link is opened. */
interface ClientProfile {
  /** The client's declared capabilities, as JSON text. */
  readonly capabilities: string;
  /** `clientInfo` of the initialize request, as JSON text. */
  readonly clientInfo: string;
  /** Client headers that the configuration passes through, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What a backend said of itself in its initialize result. */
interface ServerFacts {
  readonly protocolVersion: string;
  /** Parsed, to look at. */
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly instructions: string | undefined;
  /** `serverInfo` as JSON text. */
  readonly serverInfo: string;
}

/** A session at a backend, as far as another process needs to know it to go on with it without a handshake. */
interface BackendSession {
  /** Undefined at a backend that names none. */
  readonly id: string | undefined;
  readonly protocolVersion: string;
  /** Whether the backend takes a log level. */
  readonly logging: boolean;
}

/** Where a link delivers what belongs to none of its requests. */
interface Inbound {
  /** A notification or request of the backend, on no stream of a request. */
  message(message: Message): void;
  /**
   * The backend forgot the session and the link opened a new one: log level and subscriptions are to be sent again, and
   * what waits for the session waits for that. Resolves to the session to go on in instead, when another process opened
   * one first.
   */
  reopened(): void | Promise<BackendSession | undefined>;
  /** The link is dead (child gone, stream cut); it takes no further request. */
  closed(reason: GatewayError): void;
}

/** Lets the taker of a large answer hold back the backend. */
interface FlowControl {
  pause(): void;
  resume(): void;
  /** Nobody wants the rest. */
  abort(): void;
}

/** Takes the bytes of a large answer as they arrive. */
interface ByteSink {
  write(chunk: Buffer): void;
  end(): void;
  /** The backend broke off in the middle. */
  abort(reason: GatewayError): void;
}

/**
 * One request under way: what the link tells its asker. Exactly one of `answer`, `largeAnswer`
 * and `failed` comes, last; nothing comes after the request was cancelled.
 */
interface Exchange {
  /** A notification or request that the backend sends before its answer. */
  interim(message: Message): void;
  /** The backend opened an event stream with a priming event, so it may be long. */
  streaming(): void;
  /** The backend closed its stream before the answer; the link resumes it by itself after `retryMs`. */
  interrupted(retryMs: number): void;
  /** The whole answer, as JSON text with the id of the request. */
  answer(text: string): void;
  /** An answer too large to be held: its bytes follow through the sink that is returned. */
  largeAnswer(flow: FlowControl): ByteSink;
  failed(error: GatewayError): void;
}

/** A JSON-RPC request ready for the wire. */
interface OutgoingRequest {
  /** The id as JSON text, unique among the link's requests under way. */
  readonly id: string;
  readonly text: string;
  /** The gateway itself asks; such requests do not wait behind the calls of clients. */
  readonly own?: boolean;
}

/** Ends a request early: the backend gets `notifications/cancelled` with this reason, the exchange hears nothing more. */
type Cancel = (reason: string) => void;

/** A session with one backend on behalf of one client (or of the gateway's own catalogue). */
interface Link {
  readonly server: ServerFacts;
  /** Sends a request once; never repeats one that the backend may have begun to run. */
  request(request: OutgoingRequest, exchange: Exchange): Cancel;
  /** Sends a notification or a response; resolves when the backend took it, rejects with a GatewayError. */
  send(text: string): Promise<void>;
  /** Keeps a standalone stream open for messages that belong to no request, while wanted. No-op where the transport has one anyway. */
  listen(wanted: boolean): void;
  /** The client's passed-through headers are others from now on. Absent where a transport has no headers. */
  passHeaders?(headers: Readonly<Record<string, string>>): void;
  /** What another process needs to go on in this session; absent where a link is bound to one connection or process. */
  readonly session?: BackendSession | undefined;
  /**
   * Ends the session with the backend, unless it is to be kept for another process to go on with, which a link that is
   * bound to one connection or process cannot do. Requests under way fail. Never rejects.
   */
  close(how?: { readonly keepSession: boolean }): Promise<void>;
}

/** One MCP server behind the gateway. */
interface Backend {
  readonly name: string;
  /** A link that no call used for this long may be closed, because it costs a process; kept as long as its client without. */
  readonly linkIdleMs?: number;
  /** Sockets open to it; absent where links are bound to a connection or child each. */
  readonly connections?: number;
  /**
   * Whether each link leads to a server process of its own, whose end or news say nothing of the others, or all to the
   * same one. Undefined for a server that keeps its sessions apart by itself.
   */
  readonly scope?: "session" | "shared";
  /**
   * Goes on in a `known` session, where the transport can, or else does the handshake. Rejects with a GatewayError
   * (`backend-unavailable`, `backend-timeout`, `backend-garbage`).
   */
  open(profile: ClientProfile, inbound: Inbound, known?: BackendSession): Promise<Link>;
  /** Ends everything that the backend holds (pools, children). Never rejects. */
  close(): Promise<void>;
}

export type {
  Backend,
  BackendSession,
  ByteSink,
  Cancel,
  ClientProfile,
  Exchange,
  FlowControl,
  Inbound,
  Link,
  OutgoingRequest,
  ServerFacts,
};
