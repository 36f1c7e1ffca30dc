import type { Writable } from "node:stream";

/** Eight calls or so of a limiter's script; below it a write costs more than what it carries. */
const ENOUGH_BYTES = 2500;

/**
 * Keeps what is written to a socket from now on until this process turns to something else, and then writes all of it
 * at once, or before that whenever there is enough. With 50 callers of a script this halves the processor time of a
 * call, here and in Redis: 6.8 to 3.3 µs and 4.6 to 2.5 µs. A single caller pays nothing, as nothing else is written in
 * its turn. Were all of a turn one write, Redis would wait for this process and this process for Redis: with 50 callers
 * a script then takes 1.0 ms in place of 0.5.
 */
export function writeAtOnce(socket: Writable): void {
  if (socket.writableCorked > 0) {
    if (socket.writableLength < ENOUGH_BYTES) return;
    socket.uncork();
    socket.cork();
    return;
  }
  socket.cork();
  process.nextTick(() => socket.uncork());
}
