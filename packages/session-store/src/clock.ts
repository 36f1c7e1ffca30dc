/** Milliseconds since 1970-01-01T00:00:00Z; may have a fraction. */
export type Clock = () => number;

/** A number from 0 up to but not including 1. */
export type Random = () => number;

/** Runs a task once, later; what it returns calls that off. */
export type Timer = (delayMs: number, task: () => void) => () => void;

/** A clock that never steps back: the wall clock at process start plus monotonic time. */
export const steadyClock: Clock = () => performance.timeOrigin + performance.now();

/** The runtime's timers; none of them keeps the process alive. */
export const systemTimer: Timer = (delayMs, task) => {
  const handle = setTimeout(task, delayMs);
  handle.unref();
  return () => {
    clearTimeout(handle);
  };
};
