/** Why a call to this package was a mistake of the caller. */
export type TokenBucketErrorCode =
  | "invalid-bucket"
  | "invalid-cost"
  | "duplicate-bucket"
  | "invalid-bound";

/** Thrown for misuse only (a refusal is a `Decision`); `code` is stable, the message says what to change. */
export class TokenBucketError extends Error {
  readonly code: TokenBucketErrorCode;

  constructor(code: TokenBucketErrorCode, message: string) {
    super(message);
    this.name = "TokenBucketError";
    this.code = code;
  }
}
