/** Why a call to Redis has no reply. */
export type RedisErrorCode =
  | "deadline"
  | "connection-lost"
  | "not-connected"
  | "closed"
  | "no-script"
  | "read-only"
  | "redirected"
  | "cluster-down"
  | "loading"
  | "primary-down"
  | "out-of-memory"
  | "busy"
  | "write-refused"
  | "unauthenticated"
  | "forbidden"
  | "error-reply"
  | "invalid-options";

/** What went wrong in the coarse terms that metrics use. */
export type RedisErrorClass = "timeout" | "connection" | "auth" | "other";

/** `no`: Redis did not execute the call, it may be sent again. `unknown`: it may have, so it must not be. */
export type Executed = "no" | "unknown";

/** What a code means, unless the error says otherwise. */
const meaning: Readonly<Record<RedisErrorCode, readonly [Executed, RedisErrorClass]>> = {
  deadline: ["unknown", "timeout"],
  "connection-lost": ["unknown", "connection"],
  "not-connected": ["no", "connection"],
  closed: ["no", "connection"],
  "no-script": ["no", "other"],
  "read-only": ["no", "other"],
  redirected: ["no", "other"],
  "cluster-down": ["no", "other"],
  loading: ["no", "other"],
  "primary-down": ["no", "other"],
  "out-of-memory": ["no", "other"],
  busy: ["no", "other"],
  "write-refused": ["no", "other"],
  unauthenticated: ["no", "auth"],
  forbidden: ["no", "auth"],
  "error-reply": ["unknown", "other"],
  "invalid-options": ["no", "other"],
};

/** The one error of this package; neither message nor cause holds a password, a key or an argument. */
export class RedisError extends Error {
  readonly code: RedisErrorCode;
  readonly executed: Executed;
  readonly errorClass: RedisErrorClass;

  constructor(
    code: RedisErrorCode,
    message: string,
    known: { readonly executed?: Executed; readonly errorClass?: RedisErrorClass } = {},
  ) {
    super(message);
    this.name = "RedisError";
    this.code = code;
    const [executed, errorClass] = meaning[code];
    this.executed = known.executed ?? executed;
    this.errorClass = known.errorClass ?? errorClass;
  }
}
