/** The end of a frame that starts at `at`, or undefined while it is incomplete; commands and replies alike (RESP2). */
export function frameEnd(bytes: Buffer, at: number): number | undefined {
  const lineEnd = bytes.indexOf("\r\n", at);
  if (lineEnd < 0) return undefined;
  const next = lineEnd + 2;
  const kind = bytes[at];
  if (kind !== DOLLAR && kind !== STAR) return next;
  const size = Number(bytes.toString("latin1", at + 1, lineEnd));
  if (size < 0) return next;
  if (kind === DOLLAR) return next + size + 2 <= bytes.length ? next + size + 2 : undefined;
  let end: number | undefined = next;
  for (let index = 0; index < size && end !== undefined; index++) end = frameEnd(bytes, end);
  return end;
}

const DOLLAR = 0x24;
const STAR = 0x2a;

/** Cuts a stream of bytes into whole frames, keeping what is incomplete for the next piece. */
export class FrameCutter {
  #rest: Buffer = Buffer.alloc(0);

  push(piece: Buffer): Buffer[] {
    const bytes = Buffer.concat([this.#rest, piece]);
    const frames: Buffer[] = [];
    let at = 0;
    for (;;) {
      const end = at < bytes.length ? frameEnd(bytes, at) : undefined;
      if (end === undefined) break;
      frames.push(bytes.subarray(at, end));
      at = end;
    }
    this.#rest = bytes.subarray(at);
    return frames;
  }
}

/** The name of a command, in capitals. */
export function commandName(frame: Buffer): string {
  return (frame.toString("latin1", 0, 64).split("\r\n")[2] ?? "").toUpperCase();
}
