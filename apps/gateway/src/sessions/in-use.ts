import type { Session } from "./session.ts";

/** Whether somebody waits for something of this session. A call whose client went away and did not come back keeps nothing alive. */
function isUsed({ callsUnderWay, openedStreams }: Session): boolean {
  if (openedStreams === undefined) return callsUnderWay > 0;
  return openedStreams.attachedCount > 0 || (callsUnderWay > 0 && !openedStreams.abandoned);
}

/** Whether a session can leave this process without a loss: what is bound to it by a connection or child cannot follow. */
function mayLeave(session: Session): boolean {
  if (session.callsUnderWay > 0 || isUsed(session)) return false;
  for (const [, link] of session.openLinks) if (link.session === undefined) return false;
  return true;
}

export { isUsed, mayLeave };
