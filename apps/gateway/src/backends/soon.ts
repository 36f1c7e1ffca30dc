import type { Cancel } from "./port.ts";

/** Tells the end of a request that is clear at once, after the asker has its Cancel in hand and unless that is used first. */
function soon(tell: () => void): Cancel {
  let cancelled = false;
  queueMicrotask(() => {
    if (!cancelled) tell();
  });
  return () => {
    cancelled = true;
  };
}

export { soon };
