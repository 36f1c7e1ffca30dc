import type { Caller } from "./caller.ts";

/** Every reason for which a request is not let in, with what the client is told. */
const REFUSALS = {
  "no-token": {
    status: 401,
    error: "invalid_request",
    description: "A bearer token is required in the Authorization header.",
  },
  "bad-header": {
    status: 401,
    error: "invalid_request",
    description: "There must be one Authorization header, of the form Bearer and a token.",
  },
  malformed: invalidToken("it has no form that could be checked."),
  algorithm: invalidToken("it is not signed, or with an algorithm that is not accepted."),
  "token-type": invalidToken("it is not an access token."),
  issuer: invalidToken("it comes from another issuer."),
  audience: invalidToken("it is meant for another audience."),
  expired: invalidToken("it has expired, or does not say when it will."),
  "not-yet-valid": invalidToken("it is from the future."),
  subject: invalidToken("it does not say who the user is."),
  "unknown-key": invalidToken("it is signed with a key that its issuer does not publish."),
  signature: invalidToken("its signature is wrong."),
  inactive: invalidToken("its issuer does not know it, or no longer."),
  scope: {
    status: 403,
    error: "insufficient_scope",
    description: "The token lacks a scope that is required here.",
  },
  unavailable: {
    status: 503,
    error: "temporarily_unavailable",
    description: "The token cannot be checked at the moment. Try again later.",
  },
} as const;

function invalidToken(why: string) {
  return { status: 401, error: "invalid_token", description: `Invalid token: ${why}` } as const;
}

/** Why a request is not let in. */
type RefusalReason = keyof typeof REFUSALS;

/** A request that is not let in. Nothing in it comes from the request. */
interface Refusal {
  readonly reason: RefusalReason;
  readonly status: 401 | 403 | 503;
  /** Code of OAuth 2.0. */
  readonly error: string;
  readonly description: string;
  /** When to try again, for 503. */
  readonly retryAfterSeconds: number | undefined;
}

/** Who makes a request, and until when (in milliseconds since 1970) that holds without being checked again. */
interface Admission {
  readonly caller: Caller;
  readonly untilMs: number;
  readonly refusal: undefined;
}

/** Whether a request is let in. */
type Verdict = Admission | { readonly refusal: Refusal };

/** The verdict that lets a caller in. */
function admission(caller: Caller, untilMs: number): Admission {
  return { caller, untilMs, refusal: undefined };
}

/** The verdict that lets nobody in, for this reason. */
function refusal(reason: RefusalReason, retryAfterSeconds?: number): { refusal: Refusal } {
  return { refusal: { reason, ...REFUSALS[reason], retryAfterSeconds } };
}

/** All reasons, for whoever counts them. */
const REFUSAL_REASONS = Object.keys(REFUSALS) as RefusalReason[];

export {
  admission,
  refusal,
  REFUSAL_REASONS,
  type Admission,
  type Refusal,
  type RefusalReason,
  type Verdict,
};
