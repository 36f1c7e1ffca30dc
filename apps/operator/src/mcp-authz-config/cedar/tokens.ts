/** A piece of a Cedar policy. */
export interface CedarToken {
  readonly kind: "word" | "string" | "number" | "slot" | "sign" | "end";
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

/** A mistake in a policy, with its line. */
export class CedarMistake extends Error {}

const FORMS: readonly (readonly [CedarToken["kind"], RegExp])[] = [
  ["word", /[A-Za-z_][A-Za-z0-9_]*/y],
  ["number", /\d+/y],
  ["string", /"(?:[^"\\]|\\(?:[nrt\\0'"*]|x[0-7][\dA-Fa-f]|u\{[\dA-Fa-f]{1,6}\}))*"/y],
  ["slot", /\?(?:principal|resource)\b/y],
  ["sign", /::|==|!=|<=|>=|&&|\|\||[@(){}[\],;.<>!+\-*:]/y],
];
const SPACE = /(?:\s|\/\/[^\n]*)+/y;
const LARGEST = 2n ** 63n;

/** Takes a policy apart; throws a CedarMistake at what no policy has. */
export function cedarTokens(text: string): readonly CedarToken[] {
  const tokens: CedarToken[] = [];
  let at = 0;
  let line = 1;
  const pass = (length: number) => {
    line += text.slice(at, at + length).split("\n").length - 1;
    at += length;
  };
  for (;;) {
    pass(lengthOf(SPACE, text, at));
    if (at >= text.length) return [...tokens, { kind: "end", text: "the end", line }];
    const found = FORMS.find(([, form]) => lengthOf(form, text, at) > 0);
    if (found === undefined) {
      const what =
        text[at] === '"'
          ? "a text that does not end, or has an unknown escape"
          : JSON.stringify(text[at]);
      throw new CedarMistake(`line ${line}: ${what} cannot stand in a policy`);
    }
    const [kind, form] = found;
    const token = { kind, text: text.slice(at, at + lengthOf(form, text, at)), line };
    if (kind === "number" && BigInt(token.text) > LARGEST) {
      throw new CedarMistake(`line ${line}: ${token.text} is too large a number`);
    }
    tokens.push(token);
    pass(token.text.length);
  }
}

function lengthOf(form: RegExp, text: string, at: number): number {
  form.lastIndex = at;
  return form.test(text) ? form.lastIndex - at : 0;
}
