/**
 * What an entry of a stream's log is. Of a POST: `message`; `last`, a message after which the stream is over; `prime`, an
 * empty event; `end`. Of the standing stream: `message`; `claim`, a process has the client's newest connection; `held`,
 * it has it still; `release`, it has it no more.
 */
type EntryKind = keyof typeof LETTERS;

/** One entry of a stream's log. */
interface StreamEntry {
  readonly kind: EntryKind;
  /** One line: the id of the request that a POST's stream answers, or the sender and number of an entry of the standing stream. */
  readonly head: string;
  readonly text: string;
}

const LETTERS = {
  message: "m",
  last: "l",
  prime: "p",
  end: "e",
  claim: "c",
  held: "h",
  release: "r",
} as const;

const KINDS = new Map(Object.entries(LETTERS).map(([kind, letter]) => [letter, kind as EntryKind]));

/** The entry as it is kept. */
function writeEntry({ kind, head, text }: StreamEntry): string {
  return `${LETTERS[kind]}${head}\n${text}`;
}

/** Reads an entry; `undefined` for text that is none, as another version may have written. */
function readEntry(kept: string): StreamEntry | undefined {
  const kind = KINDS.get(kept.slice(0, 1) as (typeof LETTERS)[EntryKind]);
  const end = kept.indexOf("\n");
  if (kind === undefined || end < 0) return undefined;
  return { kind, head: kept.slice(1, end), text: kept.slice(end + 1) };
}

/** Who wrote an entry of the standing stream, and its number among all that one wrote, which grows. */
interface Sender {
  readonly tag: string;
  readonly number: number;
}

function writeSender({ tag, number }: Sender): string {
  return `${tag}.${number}`;
}

function readSender(head: string): Sender {
  const dot = head.lastIndexOf(".");
  return { tag: head.slice(0, dot), number: Number(head.slice(dot + 1)) };
}

export { readEntry, readSender, writeEntry, writeSender, type Sender, type StreamEntry };
