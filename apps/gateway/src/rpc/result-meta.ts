import { membersOf, type Span } from "../json/spans.ts";
import { splice, type Edit } from "../json/splice.ts";

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * The text of an answer with one more entry in the `_meta` of its result; everything else stays to the letter. An
 * entry of that key which is there already is replaced. Text without a result that is an object stays as it is.
 * The text must be valid JSON, and so must `value`, which goes in as it is.
 */
function withResultMeta(text: string, key: string, value: string): string {
  const result = objectAt(text, membersAt(text, 0).get("result"));
  if (result === undefined) return text;
  const meta = membersAt(text, result.start).get("_meta");
  if (meta === undefined)
    return splice(text, [firstMember(text, result, "_meta", `{${JSON.stringify(key)}:${value}}`)]);
  const object = objectAt(text, meta);
  if (object === undefined) return text;
  const own = membersAt(text, object.start).get(key);
  const edit =
    own === undefined ? firstMember(text, object, key, value) : { span: own, with: value };
  return splice(text, [edit]);
}

/** Of a key that is given twice the last one counts, as it does to JSON.parse. */
function membersAt(text: string, from: number): Map<string, Span> {
  return membersOf(text, from, () => undefined);
}

function objectAt(text: string, span: Span | undefined): Span | undefined {
  return span !== undefined && text.charCodeAt(span.start) === OPEN_BRACE ? span : undefined;
}

function firstMember(text: string, object: Span, key: string, value: string): Edit {
  const at = object.start + 1;
  let next = at;
  while (text.charCodeAt(next) <= 0x20) next++;
  const empty = text.charCodeAt(next) === CLOSE_BRACE;
  return {
    span: { start: at, end: at },
    with: `${JSON.stringify(key)}:${value}${empty ? "" : ","}`,
  };
}

export { withResultMeta };
