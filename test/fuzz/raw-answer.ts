/** A response as it came over the wire. */
export type RawAnswer = {
  status: number;
  /** Values by lower-case name; several of one name are joined. */
  headers: Map<string, string>;
  body: Buffer;
  /** Whether the body is there to its end. */
  complete: boolean;
  /** How many bytes of the input it took. */
  length: number;
};

/** What was received so far: nothing whole yet, a response, or something that no HTTP client understands. */
export type Reading = { more: true } | { answer: RawAnswer } | { malformed: string };

const STATUS_LINE = /^HTTP\/1\.1 (\d{3}) [\x20-\x7e]*$/;
const HEADER_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)$/;
const HEAD_END = "\r\n\r\n";

type Head = Pick<RawAnswer, "status" | "headers"> & { length: number };
type Body = { body: Buffer; complete: boolean; length: number } | { malformed: string };

/** Reads the first response in `input`; `ended` says that nothing will follow. */
export function readAnswer(input: Buffer, ended: boolean, toHead = false): Reading {
  const head = readHead(input);
  if ("malformed" in head || "more" in head) return head;
  // An interim response, such as 100, is followed by the real one.
  if (head.status < 200) return readAnswer(input.subarray(head.length), ended, toHead);
  const body = readBody(head, input.subarray(head.length), ended, toHead);
  if ("malformed" in body) return body;
  if (!body.complete && !ended && !streams(head)) return { more: true };
  const { status, headers } = head;
  return { answer: { status, headers, ...body, length: head.length + body.length } };
}

function streams({ headers }: Head): boolean {
  return headers.get("content-type") === "text/event-stream";
}

function readHead(input: Buffer): Head | { more: true } | { malformed: string } {
  const end = input.indexOf(HEAD_END);
  if (end === -1) return input.length > 65_536 ? { malformed: "endless head" } : { more: true };
  const [first = "", ...lines] = input.toString("latin1", 0, end).split("\r\n");
  const status = STATUS_LINE.exec(first)?.[1];
  if (status === undefined) return { malformed: first };
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] = HEADER_LINE.exec(line) ?? [];
    if (name === undefined || value === undefined) return { malformed: line };
    const key = name.toLowerCase();
    const before = headers.get(key);
    headers.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  return { status: Number(status), headers, length: end + HEAD_END.length };
}

function readBody(head: Head, input: Buffer, ended: boolean, toHead: boolean): Body {
  const nothing = { body: Buffer.alloc(0), complete: true, length: 0 };
  if (toHead || head.status === 204 || head.status === 304) return nothing;
  if (head.headers.get("transfer-encoding") === "chunked") return readChunks(input);
  const declared = head.headers.get("content-length");
  if (declared === undefined) return { body: input, complete: ended, length: input.length };
  if (!/^\d+$/.test(declared)) return { malformed: `content-length: ${declared}` };
  const length = Math.min(input.length, Number(declared));
  return { body: input.subarray(0, length), complete: length === Number(declared), length };
}

function readChunks(input: Buffer): Body {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = input.indexOf("\r\n", at);
    if (lineEnd === -1) break;
    const size = input.toString("latin1", at, lineEnd);
    if (!/^[0-9a-f]+$/i.test(size)) return { malformed: `chunk of ${size} bytes` };
    const from = lineEnd + 2;
    const to = from + Number.parseInt(size, 16);
    if (input.length < to + 2) break;
    chunks.push(input.subarray(from, to));
    at = to + 2;
    if (to === from) return { body: Buffer.concat(chunks), complete: true, length: at };
  }
  return { body: Buffer.concat(chunks), complete: false, length: at };
}
