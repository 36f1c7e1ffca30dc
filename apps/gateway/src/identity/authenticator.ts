import { ANONYMOUS } from "./caller.ts";
import { userKeyOf } from "./user-key.ts";
import { admission, type Verdict } from "./verdict.ts";

/** Decides who makes a request. */
interface Authenticator {
  /**
   * Judges the value of the Authorization header. At once where nobody has to be asked and nothing computed,
   * as for a token that was seen before; a promise otherwise, which never rejects.
   */
  authenticate(authorization: string | undefined): Verdict | Promise<Verdict>;
  /** Begins to learn what the first request will need. */
  warm(): void;
  close(): Promise<void>;
}

/** Takes everybody for the same nobody. */
function anonymousAuthenticator(): Authenticator {
  return always(admission(ANONYMOUS, Infinity));
}

/** Takes everybody for the user that the gateway runs as: whoever reaches it is taken to sit at this machine. */
function localAuthenticator(userName: string): Authenticator {
  const userKey = userKeyOf("local", userName);
  return always(admission({ kind: "local", userKey }, Infinity));
}

function always(verdict: Verdict): Authenticator {
  return {
    authenticate: () => verdict,
    warm: () => undefined,
    close: async () => undefined,
  };
}

export { anonymousAuthenticator, localAuthenticator, type Authenticator };
