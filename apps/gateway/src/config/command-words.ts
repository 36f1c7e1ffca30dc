/** The words of a command line, or what keeps it from being read. */
type CommandWords =
  | { readonly ok: true; readonly words: readonly string[] }
  | { readonly ok: false; readonly problem: string };

// One piece of a word: in single quotes, in double quotes, after a backslash, or plain.
const PIECE = /'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\]+)/y;
const SPACE = /\s*/y;

/** Splits a command line into words as a POSIX shell does with quotes and backslashes; expands nothing, runs nothing. */
function commandWords(line: string): CommandWords {
  const words: string[] = [];
  let at = skipSpace(line, 0);
  while (at < line.length) {
    let word = "";
    while (at < line.length && !/\s/.test(line.charAt(at))) {
      PIECE.lastIndex = at;
      const match = PIECE.exec(line);
      if (match === null) return { ok: false, problem: unfinished(line.charAt(at)) };
      const [piece, single, double, escaped, plain] = match;
      word += single ?? double?.replaceAll(/\\([$`"\\])/g, "$1") ?? escaped ?? plain ?? "";
      at += piece.length;
    }
    words.push(word);
    at = skipSpace(line, at);
  }
  return { ok: true, words };
}

function skipSpace(line: string, at: number): number {
  SPACE.lastIndex = at;
  return at + (SPACE.exec(line)?.[0].length ?? 0);
}

function unfinished(character: string): string {
  return character === "\\"
    ? "ends with a backslash that stands before nothing"
    : `has a ${character} without its partner`;
}

export { commandWords, type CommandWords };
