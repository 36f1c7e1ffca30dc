import type { Unreadable } from "@headgate/session-store";
import type { Log } from "../telemetry/log.ts";

/** Why a record cannot be read. */
type Reason = Unreadable["code"];

const BEGIN_AGAIN = "its client is told that it is not found, and has to begin again";

const SAID: Readonly<Record<Reason, string>> = {
  "unknown-version": `A session is kept by another version of the gateway: ${BEGIN_AGAIN}`,
  "unknown-key": `A session is encrypted with another key: ${BEGIN_AGAIN}. Give all processes the same HEADGATE_SESSION_KEY, and the one before as HEADGATE_SESSION_PREVIOUS_KEY`,
  "no-key": `A session is encrypted and this process has no HEADGATE_SESSION_KEY: ${BEGIN_AGAIN}`,
  "not-encrypted": `A session is kept in clear while this process has a HEADGATE_SESSION_KEY: ${BEGIN_AGAIN}`,
  damaged: `A session is kept in a form that nothing can be made of: ${BEGIN_AGAIN}`,
};

/** Writes of the first session of each reason that cannot be read here: more of the same say no more. */
function tellOfUnreadable(log: Pick<Log, "warn">): (reason: Reason) => void {
  const told = new Set<Reason>();
  return (reason) => {
    if (told.has(reason)) return;
    told.add(reason);
    log.warn({ reason }, SAID[reason]);
  };
}

export { tellOfUnreadable };
