import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 20;
/** How long killed processes get to vanish; whoever adopted them may never collect them. */
const AFTER_KILL_MS = 500;

/** Sends a signal to a whole process group; whether there was anyone to get it. */
function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-leader, signal);
  } catch {
    return false;
  }
}

/** Ends what is left of a process group whose leader is gone: SIGTERM, and after `graceMs` SIGKILL. */
async function endGroup(leader: number, graceMs: number): Promise<void> {
  if (!signalGroup(leader, "SIGTERM")) return;
  if (await emptied(leader, graceMs)) return;
  signalGroup(leader, "SIGKILL");
  await emptied(leader, AFTER_KILL_MS);
}

async function emptied(leader: number, withinMs: number): Promise<boolean> {
  for (let waitedMs = 0; signalGroup(leader, 0); waitedMs += POLL_MS) {
    if (waitedMs >= withinMs) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** Whether `event` happens within `limitMs`; leaves no timer behind. */
async function happensWithin(event: Promise<unknown>, limitMs: number): Promise<boolean> {
  const timer = new AbortController();
  const late = sleep(limitMs, false, { signal: timer.signal }).catch(() => false);
  try {
    return await Promise.race([event.then(() => true), late]);
  } finally {
    timer.abort();
  }
}

export { endGroup, happensWithin, signalGroup };
