import type { Span } from "./spans.ts";

/** A stretch of text and what to put in its place. */
interface Edit {
  readonly span: Span;
  readonly with: string;
}

/** The text with each edit made; everything else stays to the letter. Edits must not overlap. */
function splice(text: string, edits: readonly Edit[]): string {
  const ordered = edits.length > 1 ? edits.toSorted((a, b) => a.span.start - b.span.start) : edits;
  let out = "";
  let at = 0;
  for (const edit of ordered) {
    out += text.slice(at, edit.span.start) + edit.with;
    at = edit.span.end;
  }
  return out + text.slice(at);
}

export { splice, type Edit };
