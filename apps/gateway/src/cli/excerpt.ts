/** A line of a file with a mark under one of its characters. */
interface Excerpt {
  readonly line: string;
  readonly mark: string;
}

/** Columns of a line that are shown on each side of the mark. */
const REACH = 60;
/** How far above a line the key it belongs to is looked for. */
const MAX_LINES_UP = 1_000;

/** Keys whose values may be secret, and blocks in which every value may be. */
const SECRET =
  /^(?:env|headers|args)$|value|secret|(?<!max)token|passw|authorization|cookie|credential|(?:api|access|private)[-_]?key/i;

const KEY = /(?:"[^"]*"|'[^']*'|[\w.$-]+)\s*:\s*/g;
const VALUE = /\{[^}]*|\[[^\]]*|"(?:\\.|[^"\\])*|'[^']*|[^,}\]]*/y;
/** What stands before the text of a line: its dash and its key. */
const LEAD = /^\s*(?:-\s+)?(?:(?:"[^"]*"|'[^']*'|[\w.$-]+)\s*:\s*)?/;

/** The line (counted from 1) that a problem is on, with nothing in it that may be a secret. */
function excerptOf(text: string, line: number, column: number): Excerpt | undefined {
  const lines = text.split(/\r?\n/, line);
  const own = lines[line - 1];
  if (own === undefined || own.trim() === "") return undefined;
  const safe = visible(masked(own, enclosingKeys(lines)));
  const at = Math.min(Math.max(column - 1, 0), safe.length);
  const start = Math.max(0, at - REACH);
  const shown = safe.slice(start, at + REACH);
  const [before, after] = [start > 0 ? "…" : "", at + REACH < safe.length ? "…" : ""];
  return { line: before + shown + after, mark: `${" ".repeat(before.length + at - start)}^` };
}

function masked(line: string, enclosing: readonly string[]): string {
  if (enclosing.some((key) => SECRET.test(key))) {
    const lead = LEAD.exec(line)?.[0] ?? "";
    return lead + hidden(line.slice(lead.length));
  }
  let out = line;
  for (const { 0: key, index } of line.matchAll(KEY)) {
    if (!SECRET.test(bareKey(key))) continue;
    VALUE.lastIndex = index + key.length;
    const value = VALUE.exec(line)?.[0] ?? "";
    out =
      out.slice(0, index + key.length) +
      hidden(value) +
      out.slice(index + key.length + value.length);
  }
  // Credentials in the middle of an address.
  return out.replaceAll(/(?<=:\/\/)[^\s/"@]+(?=@)/g, hidden);
}

// As long as the original, so that the mark stays where it belongs.
function hidden(text: string): string {
  return text.replaceAll(/[^\s"'{}[\],]/g, "•");
}

function bareKey(text: string): string {
  return text.replaceAll(/["':\s]/g, "");
}

/** The keys whose blocks the last of the lines stands in, by indentation, the nearest first. */
function enclosingKeys(lines: readonly string[]): string[] {
  const keys: string[] = [];
  const last = lines.at(-1) ?? "";
  // An entry of a list may stand right below its key, not further in.
  let limit = indentationOf(last) + (isEntry(last) ? 1 : 0);
  const top = Math.max(0, lines.length - MAX_LINES_UP);
  for (let index = lines.length - 2; index >= top && limit > 0; index -= 1) {
    const line = lines[index] ?? "";
    const indentation = indentationOf(line);
    if (line.trim() === "" || indentation >= limit) continue;
    if (isEntry(line) && indentation === limit - 1) continue;
    limit = indentation;
    const key = line.matchAll(KEY).next().value?.[0];
    if (key !== undefined) keys.push(bareKey(key));
  }
  return keys;
}

function isEntry(line: string): boolean {
  return line.trimStart().startsWith("- ");
}

function indentationOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** The text without characters that a terminal would act on. */
function visible(text: string): string {
  return text.replaceAll("\t", " ").replaceAll(/[\p{Cc}\p{Cf}]/gu, "·");
}

export { excerptOf, visible, type Excerpt };
