const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** How much of the ends of a line that is too long is kept, to tell what it was. */
const END_BYTES = 512;

interface LineTaker {
  readonly maxBytes: number;
  line(text: string): void;
  /** A line of more than `maxBytes`, of which only the ends are left. */
  tooLong(head: string, tail: string): void;
}

/** Splits bytes into lines of UTF-8, wherever the chunks happen to break; empty lines are left out. */
class LineSplitter {
  readonly #taker: LineTaker;
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** Set while a line is too long: its first bytes; `#chunks` then holds its last ones alone. */
  #head: Buffer | undefined;

  constructor(taker: LineTaker) {
    this.#taker = taker;
  }

  push(chunk: Buffer): void {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      this.#hold(chunk.subarray(from, at));
      this.flush();
      from = at + 1;
    }
    if (from < chunk.length) this.#hold(chunk.subarray(from));
  }

  /** Ends the line, as at the end of the stream. */
  flush(): void {
    const bytes = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks);
    const head = this.#head;
    this.#chunks = [];
    this.#bytes = 0;
    this.#head = undefined;
    if (bytes === undefined) return;
    if (head !== undefined)
      return this.#taker.tooLong(head.toString("utf8"), bytes.toString("utf8"));
    const end = bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length;
    if (end > 0) this.#taker.line(bytes.toString("utf8", 0, end));
  }

  #hold(piece: Buffer): void {
    this.#chunks.push(piece);
    this.#bytes += piece.length;
    if (this.#bytes <= this.#taker.maxBytes) return;
    const held = Buffer.concat(this.#chunks);
    this.#head ??= Buffer.from(held.subarray(0, END_BYTES));
    this.#chunks = [Buffer.from(held.subarray(-END_BYTES))];
    // Counted as full, so that each further piece is cut down at once.
    this.#bytes = this.#taker.maxBytes;
  }
}

export { LineSplitter, type LineTaker };
