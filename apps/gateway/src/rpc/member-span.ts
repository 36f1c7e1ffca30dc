import type { Span } from "../json/spans.ts";
import { membersWithoutDuplicates } from "./message.ts";

const OPEN_BRACE = 0x7b;

/**
 * Where the value at `path` stands in a message, going down through objects; `undefined` when there is none.
 * The text must be a valid JSON object; throws `invalid-request` when an object on the way gives a key twice.
 */
function memberSpan(text: string, ...path: readonly string[]): Span | undefined {
  let span: Span | undefined;
  for (const key of path) {
    if (span !== undefined && text.charCodeAt(span.start) !== OPEN_BRACE) return undefined;
    span = membersWithoutDuplicates(text, span?.start ?? 0).get(key);
    if (span === undefined) return undefined;
  }
  return span;
}

/** The text of the value at `path` in a message, under the terms of `memberSpan`. */
function memberText(text: string, ...path: readonly string[]): string | undefined {
  const span = memberSpan(text, ...path);
  return span && text.slice(span.start, span.end);
}

export { memberSpan, memberText };
