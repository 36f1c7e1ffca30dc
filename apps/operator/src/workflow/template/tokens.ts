/** What stands between `{{` and `}}`, in pieces. */
export interface Token {
  readonly kind:
    | "space"
    | "string"
    | "char"
    | "number"
    | "declare"
    | "assign"
    | "pipe"
    | "comma"
    | "open"
    | "close"
    | "field"
    | "dot"
    | "variable"
    | "word";
  readonly text: string;
}

/** The actions of a template in order, or why it cannot be taken apart. */
export type Actions =
  | { readonly ok: true; readonly actions: readonly (readonly Token[])[] }
  | { readonly ok: false; readonly problem: string };

const FORMS: readonly (readonly [Token["kind"], RegExp])[] = [
  ["space", /[ \t\r\n]+/y],
  ["string", /"(?:[^"\\\n]|\\.)*"|`[^`]*`/y],
  ["char", /'(?:[^'\\\n]|\\.)+'/y],
  [
    "number",
    /[+-]?(?:0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)i?(?![\p{L}\p{N}_])/uy,
  ],
  ["declare", /:=/y],
  ["assign", /=/y],
  ["pipe", /\|/y],
  ["comma", /,/y],
  ["open", /\(/y],
  ["close", /\)/y],
  ["field", /\.[\p{L}_][\p{L}\p{N}_]*(?=[ \t\r\n.,|:()]|\}\}|$)/uy],
  ["dot", /\./y],
  ["variable", /\$[\p{L}\p{N}_]*(?=[ \t\r\n.,|:()]|\}\}|$)/uy],
  ["word", /[\p{L}_][\p{L}\p{N}_]*(?=[ \t\r\n.,|:()]|\}\}|$)/uy],
];
const OPENING = /\{\{(?:-[ \t\r\n])?/g;
const COMMENT = /\/\*(?:[^*]|\*(?!\/))*\*\/(?:[ \t\r\n]+-)?\}\}/y;
const COMMENT_BEGIN = /\/\*/y;
const CLOSING = /(?:[ \t\r\n]+-)?\}\}/y;

/** Takes the actions out of a template and each of them into pieces, as Go's `text/template` does. */
export function actionsOf(template: string): Actions {
  const actions: Token[][] = [];
  let at = 0;
  for (;;) {
    OPENING.lastIndex = at;
    const opening = OPENING.exec(template);
    if (opening === null) return { ok: true, actions };
    at = OPENING.lastIndex;
    const afterComment = endOf(COMMENT, template, at);
    if (afterComment !== undefined) {
      at = afterComment;
      continue;
    }
    if (endOf(COMMENT_BEGIN, template, at) !== undefined) {
      return { ok: false, problem: "a comment does not end with */}} at its first */" };
    }
    const action = actionFrom(template, at);
    if (!action.ok) return action;
    actions.push(action.tokens);
    at = action.end;
  }
}

type Action =
  | { readonly ok: true; readonly tokens: Token[]; readonly end: number }
  | { readonly ok: false; readonly problem: string };

function actionFrom(template: string, begin: number): Action {
  const tokens: Token[] = [];
  let at = begin;
  while (at < template.length) {
    const end = endOf(CLOSING, template, at);
    if (end !== undefined) return { ok: true, tokens, end };
    const token = tokenAt(template, at);
    if (token === undefined) {
      const shown = JSON.stringify(/^.[^\s}]{0,20}/su.exec(template.slice(at, at + 40))?.[0] ?? "");
      return { ok: false, problem: `${shown} cannot stand in an action` };
    }
    tokens.push(token);
    at += token.text.length;
  }
  return { ok: false, problem: "an action does not end with }}" };
}

function tokenAt(template: string, at: number): Token | undefined {
  for (const [kind, form] of FORMS) {
    const end = endOf(form, template, at);
    if (end !== undefined) return { kind, text: template.slice(at, end) };
  }
  return undefined;
}

function endOf(form: RegExp, text: string, at: number): number | undefined {
  form.lastIndex = at;
  return form.test(text) ? form.lastIndex : undefined;
}
