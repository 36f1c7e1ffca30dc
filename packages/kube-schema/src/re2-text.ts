import * as z from "zod";

/** The keyword under which a schema keeps a pattern as the API server reads it, where JavaScript needs another one. */
export const RE2_PATTERN_KEYWORD = "x-re2-pattern";

const SPACES = String.raw`\t\n\f\r `;
const POSIX_SPACES = String.raw`\t\n\v\f\r `;
const NO_LINE_FEED = String.raw`[^\n]`;

/** A text whose pattern is written for the API server (RE2); `error` is what the person who broke it reads. */
export function re2Text(pattern: string, error: string): z.ZodString {
  return re2Pattern(z.string(), pattern, error);
}

/** The text schema with a pattern that is written for the API server (RE2). */
export function re2Pattern(text: z.ZodString, pattern: string, error: string): z.ZodString {
  const translated = javaScriptPattern(pattern);
  const matching = text.regex(new RegExp(translated, "u"), { error });
  return translated === pattern ? matching : matching.meta({ [RE2_PATTERN_KEYWORD]: pattern });
}

/**
 * The pattern that means in JavaScript (with the flag `u`) what `pattern` means in RE2: there `\s` knows five
 * characters, `.` all but the line feed, and `[:space:]` is a class.
 */
export function javaScriptPattern(pattern: string): string {
  let translated = "";
  let isInClass = false;
  for (const [token] of pattern.matchAll(/\[:space:\]|\\.|./gsu)) {
    if (token === "[:space:]" && isInClass) translated += POSIX_SPACES;
    else if (token === String.raw`\s`) translated += isInClass ? SPACES : `[${SPACES}]`;
    else if (token === String.raw`\S` && !isInClass) translated += `[^${SPACES}]`;
    else if (token === "." && !isInClass) translated += NO_LINE_FEED;
    else translated += token;
    if (token === "[") isInClass = true;
    else if (token === "]") isInClass = false;
  }
  return translated;
}
