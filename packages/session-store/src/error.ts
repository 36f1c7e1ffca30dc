/** Why a call to this package was a mistake of the caller. */
export type SessionStoreErrorCode =
  | "invalid-option"
  | "invalid-id"
  | "invalid-key"
  | "value-too-large"
  | "closed";

/** Thrown for misuse only (what can be expected is a value); `code` is stable, the message says what to change. */
export class SessionStoreError extends Error {
  readonly code: SessionStoreErrorCode;

  constructor(code: SessionStoreErrorCode, message: string) {
    super(message);
    this.name = "SessionStoreError";
    this.code = code;
  }
}
