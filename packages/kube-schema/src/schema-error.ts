/** Why a schema could not be projected. */
export type SchemaErrorCode =
  | "forbidden-keyword"
  | "untyped"
  | "not-representable"
  | "undocumented";

/** A schema that cannot be turned into one of its projections: a mistake in code, found at generate time. */
export class SchemaError extends Error {
  readonly code: SchemaErrorCode;
  /** The place in the schema, `$` being its root. */
  readonly at: string;

  constructor(code: SchemaErrorCode, at: string, message: string, options?: ErrorOptions) {
    super(`${at}: ${message}`, options);
    this.name = "SchemaError";
    this.code = code;
    this.at = at;
  }
}
