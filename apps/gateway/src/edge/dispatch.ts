import type { ServerResponse } from "node:http";
import type { Handler, Peer, Target } from "../core/call.ts";
import { route } from "../core/route.ts";
import { GatewayError } from "../rpc/errors.ts";
import { idKey, type Message } from "../rpc/message.ts";
import { errorText } from "../rpc/reply.ts";
import type { Session } from "../sessions/session.ts";
import type { BatchStream } from "./batch-stream.ts";
import {
  answerLocally,
  decideAhead,
  type LocalAnswering,
  type TakeAnswer,
} from "./local-answer.ts";
import type { Accepted } from "./media-types.ts";
import { PostReply } from "./post-reply.ts";
import type { ReplyPolicy } from "./reply-policy.ts";

/** Methods that a backend answers. */
const RELAYED: ReadonlySet<string> = new Set([
  "tools/call",
  "prompts/get",
  "resources/read",
  "resources/subscribe",
  "resources/unsubscribe",
  "completion/complete",
]);

/** A request that limits are asked about already: what goes on with what they say, in place of what would ask them. */
interface Ahead {
  readonly handler?: Handler;
  readonly limiter?: LocalAnswering["limiter"];
}

/** Where the answer to one request goes. */
interface Outlet {
  readonly response: ServerResponse;
  readonly takes: Accepted;
  readonly batch?: BatchStream;
  readonly answer: TakeAnswer;
  readonly ahead?: Ahead | undefined;
}

/** What messages are handled with. */
interface DispatchOptions extends LocalAnswering {
  /** Handles a call whose backend is known. */
  readonly handler: Handler;
  /** Does what the handler does before a call leaves; the rest of the handler waits for what comes of it. */
  readonly handleAhead?: (peer: Peer, request: Message, target: Target) => Handler;
  readonly replies: ReplyPolicy;
  /** Longest name of a tool or prompt that is looked up, in characters. */
  readonly maxNameLength: number;
}

/** Handles the messages of one session: some are answered here, the others go to a backend. */
class Dispatch {
  readonly #handler: Handler;
  readonly #handleAhead: DispatchOptions["handleAhead"];
  readonly #replies: ReplyPolicy;
  readonly #maxNameLength: number;
  readonly #local: LocalAnswering;

  constructor(options: DispatchOptions) {
    this.#handler = options.handler;
    this.#handleAhead = options.handleAhead;
    this.#replies = options.replies;
    this.#maxNameLength = options.maxNameLength;
    this.#local = options;
  }

  /**
   * Has limits asked about a request while it is still asked whether its session lives, so that both cost one round trip;
   * for the outlet of the request. `undefined` where there is nothing to ask. Never throws.
   */
  ahead(session: Session | undefined, request: Message): Ahead | undefined {
    if (session === undefined || request.kind !== "request") return undefined;
    try {
      if (!RELAYED.has(request.method)) return decideAhead(session, request, this.#local);
      session.requireRoom(idKey(request.id));
      const target = route(session.view, request, this.#maxNameLength);
      const handler = this.#handleAhead?.(session, request, target);
      return handler && { handler };
    } catch {
      // What is wrong with it is told when it is handled, and costs nothing.
      return undefined;
    }
  }

  /** Answers a request through the outlet; never throws. */
  request(session: Session, request: Message, outlet: Outlet): void {
    if (!RELAYED.has(request.method)) {
      const local = outlet.ahead === undefined ? this.#local : { ...this.#local, ...outlet.ahead };
      return answerLocally(session, request, local, outlet.answer);
    }
    const startedMs = this.#replies.now();
    try {
      this.#call(session, request, outlet);
    } catch (thrown) {
      const error = GatewayError.from(thrown);
      if (error.code === "internal") this.#local.broke(error);
      outlet.answer(errorText(request.id, error));
      this.#replies.answered(request.method, startedMs, { failure: error.code });
    }
  }

  /** Takes a notification or a response of the client. Throws `invalid-request`. */
  take(session: Session, message: Message): void {
    if (message.kind === "response") session.answered(message);
    else if (message.method === "notifications/cancelled") session.cancelled(message);
    else if (message.method !== "notifications/initialized") session.pass(message);
  }

  #call(session: Session, request: Message, outlet: Outlet): void {
    const { response, takes, batch, ahead } = outlet;
    const reply = new PostReply({
      session,
      request,
      policy: this.#replies,
      response,
      takes,
      ...(batch && { batch }),
    });
    try {
      const target = route(session.view, request, this.#maxNameLength);
      reply.target = target.name;
      const handler = ahead?.handler ?? this.#handler;
      handler({ peer: session, request, target, reply });
    } catch (thrown) {
      reply.failed(GatewayError.from(thrown));
    }
  }
}

export { Dispatch, type DispatchOptions, type Outlet };
