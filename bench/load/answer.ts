/** One HTTP/1.1 response, taken apart. `body` holds bytes as latin1, which is enough to look for ASCII in it. */
export interface Answer {
  readonly status: number;
  /** Status line and headers, as they came. */
  readonly head: string;
  readonly body: string;
  /** Where the next response would start. */
  readonly end: number;
}

/** Reads the response that `text` starts with, or gives undefined while it is incomplete. */
export function parseAnswer(text: string): Answer | undefined {
  const headEnd = text.indexOf("\r\n\r\n");
  if (headEnd < 0) return undefined;
  const head = text.slice(0, headEnd);
  const status = Number(head.slice(9, 12));
  const start = headEnd + 4;
  if (headerOf(head, "transfer-encoding") === "chunked") {
    const chunks = parseChunks(text, start);
    return chunks === undefined ? undefined : { status, head, ...chunks };
  }
  const length = Number(headerOf(head, "content-length") ?? "0");
  const end = start + length;
  return text.length < end ? undefined : { status, head, body: text.slice(start, end), end };
}

/** The value of the header with this lower-case name. */
export function headerOf(head: string, name: string): string | undefined {
  const at = head.toLowerCase().indexOf(`\r\n${name}:`);
  if (at < 0) return undefined;
  const from = at + name.length + 3;
  const to = head.indexOf("\r\n", from);
  return head.slice(from, to < 0 ? head.length : to).trim();
}

function parseChunks(text: string, start: number): { body: string; end: number } | undefined {
  let body = "";
  let at = start;
  for (;;) {
    const lineEnd = text.indexOf("\r\n", at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    const next = lineEnd + 2 + size + 2;
    if (text.length < next) return undefined;
    if (size === 0) return { body, end: next };
    body += text.slice(lineEnd + 2, next - 2);
    at = next;
  }
}
