import type { IncomingMessage, ServerResponse } from "node:http";
import type { Authenticator } from "../identity/authenticator.ts";
import type { Caller } from "../identity/caller.ts";
import { challengeOf, type ProtectedResource } from "../identity/protected-resource.ts";
import {
  refusal as refusalFor,
  type Admission,
  type Refusal,
  type Verdict,
} from "../identity/verdict.ts";
import { sendJson } from "./respond.ts";

/** Who makes a request, and for how many more milliseconds that holds. */
interface Identified {
  readonly caller: Caller;
  readonly remainingMs: number;
}

/** What lets requests in. */
interface EntranceOptions {
  readonly authenticator: Authenticator;
  /** What is told to those who are not let in; nothing where everybody is. */
  readonly site: ProtectedResource | undefined;
  /** Milliseconds since 1970. */
  readonly wallMs: () => number;
  /** A request was let in, or not. */
  judged(verdict: Verdict): void;
  /** Answers the request of somebody who was let in; never rejects. */
  handle(request: IncomingMessage, response: ServerResponse, who: Identified): Promise<void>;
}

/** The door of the MCP endpoint: says who makes a request before anything of its body is read. */
class Entrance {
  readonly #options: EntranceOptions;

  constructor(options: EntranceOptions) {
    this.#options = options;
  }

  /** Answers one HTTP request; never rejects. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const given = this.#judge(request);
    // Not awaited where there is nothing to wait for, which is nearly always.
    const verdict = given instanceof Promise ? await given : given;
    this.#options.judged(verdict);
    if (verdict.refusal !== undefined) return this.#refuse(request, response, verdict.refusal);
    // The client may have left while its token was looked into.
    if (!response.destroyed) await this.#letIn(request, response, verdict);
  }

  #judge(request: IncomingMessage): Verdict | Promise<Verdict> {
    // Node.js keeps the first of several, and something behind the gateway might look at another.
    return isRepeated("authorization", request.rawHeaders)
      ? refusalFor("bad-header")
      : this.#options.authenticator.authenticate(request.headers.authorization);
  }

  #letIn(
    request: IncomingMessage,
    response: ServerResponse,
    { caller, untilMs }: Admission,
  ): Promise<void> {
    const { handle, wallMs } = this.#options;
    return handle(request, response, { caller, remainingMs: untilMs - wallMs() });
  }

  #refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
    const { site } = this.#options;
    const { status, error, description, retryAfterSeconds } = refusal;
    const { host } = request.headers;
    // Of several proxies the first is the one that the client speaks to.
    const [forwardedProto] = request.headers["x-forwarded-proto"]?.toString().split(/\s*,/) ?? [];
    const challenge =
      site === undefined || status === 503
        ? {}
        : { "www-authenticate": challengeOf(site, refusal, { host, forwardedProto }) };
    sendJson(response, status, JSON.stringify({ error, error_description: description }), {
      "cache-control": "no-store",
      ...challenge,
      ...(retryAfterSeconds !== undefined && { "retry-after": String(retryAfterSeconds) }),
    });
  }
}

/** Whether a header, given in lower case, was sent more than once. */
function isRepeated(name: string, rawHeaders: readonly string[]): boolean {
  let seen = false;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const header = rawHeaders[index];
    if (header?.length !== name.length || header.toLowerCase() !== name) continue;
    if (seen) return true;
    seen = true;
  }
  return false;
}

export { Entrance, type EntranceOptions, type Identified };
