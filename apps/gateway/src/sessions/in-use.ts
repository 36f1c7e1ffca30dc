import type { Session } from "./session.ts";

/** Whether somebody waits for something of this session. A call whose client went away and did not come back keeps nothing alive. */
function isUsed({ callsUnderWay, openedStreams }: Session): boolean {
  if (openedStreams === undefined) return callsUnderWay > 0;
  return openedStreams.attachedCount > 0 || (callsUnderWay > 0 && !openedStreams.abandoned);
}

export { isUsed };
