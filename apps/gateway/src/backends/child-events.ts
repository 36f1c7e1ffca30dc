/** What is worth a line in the log about the child processes of a stdio backend. */
type ChildEvent = { readonly backend: string; readonly pid: number | undefined } & (
  | { readonly type: "started" }
  /** One line of the child's standard error, cut to a bounded length, without the values of configured variables. */
  | { readonly type: "stderr"; readonly line: string }
  /** Something on its standard output that is no message. */
  | { readonly type: "garbage"; readonly reason: string }
  /** `expected` when the gateway ended it. */
  | {
      readonly type: "exited";
      readonly code: number | null;
      readonly signal: string | null;
      readonly expected: boolean;
    }
);

export type { ChildEvent };
