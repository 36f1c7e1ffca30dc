/** Something a schema cannot say about a value: where it is, how grave it is, and what to do. */
export interface Problem {
  /** Keys and indexes from the checked value down to the place. */
  readonly path: readonly (string | number)[];
  /** An error must be mended before the value is used; a warning is for a person to weigh. */
  readonly severity: "error" | "warning";
  /** One sentence that says what is wrong and what to write instead. */
  readonly message: string;
}
