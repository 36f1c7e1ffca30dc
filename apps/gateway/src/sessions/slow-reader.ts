import type { ServerResponse } from "node:http";

/** How long a client may leave what was written for it unread before it is cut off. */
const STUCK_MS = 30_000;

/**
 * Called after a write: when some of it is unsent and then nothing moves on the connection for `stuckMs` (30 s), the
 * connection is cut. Only for responses that end soon or speak more often than that, or with `allowSilence` after.
 */
function cutOffIfStuck(response: ServerResponse, stuckMs = STUCK_MS): void {
  if (response.writableLength === 0) return;
  // Once Node.js has tried to send it, at the end of this turn: a timer for each client would stay for as long as it.
  process.nextTick(() => {
    if (response.writableLength > 0) response.socket?.setTimeout(stuckMs);
  });
}

/** Takes `cutOffIfStuck` back: the client has read everything, and what comes next may take its time. */
function allowSilence(response: ServerResponse): void {
  response.socket?.setTimeout(0);
}

export { allowSilence, cutOffIfStuck };
