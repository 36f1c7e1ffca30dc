import type { Outcome } from "../core/call.ts";
import type { ErrorCode, GatewayError } from "../rpc/errors.ts";
import type { Message } from "../rpc/message.ts";
import type { Session } from "../sessions/session.ts";

/** What is known of the answer to one call. */
interface ReplyFacts {
  readonly session: Session;
  readonly request: Message;
  readonly startedMs: number;
  readonly backend: string | undefined;
  /** The advertised name, once it is known to exist. */
  readonly target: string | undefined;
  /** How the gateway itself failed or refused the call, if it did. */
  failure: ErrorCode | undefined;
  /** The HTTP status of the response that carries the answer. */
  readonly httpStatus: number;
}

/** How the gateway answered a request by itself. */
interface OwnAnswer {
  readonly failure?: ErrorCode | undefined;
  /** 200 when omitted. */
  readonly httpStatus?: number | undefined;
}

/** How replies behave over time, and who hears how they ended. */
interface ReplyPolicy {
  /** A call that runs this long gets an event stream, which can be resumed. */
  readonly streamAfterMs: number;
  /** Silence of the backend after which a call to it is given up; 0 for never. */
  timeoutMs(backend: string): number;
  readonly now: () => number;
  began(): void;
  ended(reply: ReplyFacts, outcome: Outcome): void;
  failed(reply: ReplyFacts, error: GatewayError): void;
  /** The gateway answered a request by itself; `startedMs` is of `now`. */
  readonly answered: (method: string, startedMs: number, how?: OwnAnswer) => void;
}

export type { OwnAnswer, ReplyFacts, ReplyPolicy };
