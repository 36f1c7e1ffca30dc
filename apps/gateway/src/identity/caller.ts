/** Who makes a request, as far as the rest of the gateway may know: never a token, a claim or a subject. */
interface Caller {
  readonly kind: "anonymous" | "local" | "user";
  /**
   * Stands for the user wherever one is stored or used as a key: 22 characters, a hash over issuer and subject.
   * Nobody when callers are anonymous.
   */
  readonly userKey: string | undefined;
}

/** The caller of a gateway that asks nobody who they are. */
const ANONYMOUS: Caller = Object.freeze({ kind: "anonymous", userKey: undefined });

/** Whether two callers are the same one. */
function isSameCaller(one: Caller, other: Caller): boolean {
  return one.userKey === other.userKey && one.kind === other.kind;
}

export { ANONYMOUS, isSameCaller, type Caller };
