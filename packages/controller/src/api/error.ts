/** Why a request to the API server, or the way to it, failed. */
export type ControllerErrorCode =
  | "unauthorized"
  | "forbidden"
  | "not-found"
  | "conflict"
  | "gone"
  | "invalid"
  | "too-many-requests"
  | "server-error"
  | "unreachable"
  | "timed-out"
  | "aborted"
  | "bad-answer"
  | "bad-request"
  | "bad-connection";

/** What else is known of a failure. */
export interface ControllerErrorDetails {
  /** HTTP status, when there was an answer. */
  readonly status?: number;
  /** How many milliseconds the server asked to wait before the next attempt. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** The one error of this package; its message says what was asked, what came back, and never an object's content. */
export class ControllerError extends Error {
  override readonly name = "ControllerError";
  readonly code: ControllerErrorCode;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: ControllerErrorCode, message: string, details: ControllerErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs;
  }
}
