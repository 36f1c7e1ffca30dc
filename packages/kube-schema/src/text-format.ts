import * as z from "zod";

/** The formats of texts that an API server checks and these kinds use. */
export type TextFormat = "date-time" | "duration" | "uri";

const DATE_TIME = /^(\d{4}-\d{2}-\d{2})t(\d{2}):(\d{2}):(\d{2})(.\d+)?(z|[+-]\d{2}:\d{2})$/iu;
const GO_DURATION = new RegExp(
  String.raw`^[-+]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|[\u00b5\u03bc]s|ms|s|m|h))+)$`,
  "u",
);
const LOOSE_DURATION = new RegExp(
  String.raw`\d\s*(nano|ns|us|\u00b5s|micro|ms|milli|s|sec|m|min|h|hr|hour|d|day|w|wk|week)`,
  "iu",
);
const CONTROL = new RegExp(String.raw`[\x00-\x1f\x7f]`);
const SCHEME = /^[a-z][a-z0-9+.-]*:/iu;
const BROKEN_ESCAPE = /%(?![0-9a-f]{2})/iu;

const CHECKS: Readonly<Record<TextFormat, (text: string) => boolean>> = {
  "date-time": isDateTime,
  duration: (text) => GO_DURATION.test(text) || LOOSE_DURATION.test(text),
  uri: isUri,
};
const ERRORS: Readonly<Record<TextFormat, string>> = {
  "date-time": 'must be a date and time such as "2026-01-31T12:00:00Z"',
  duration: 'must be a duration such as "10s"',
  uri: "must be an absolute URI",
};

/** A text in a format that the API server checks; as lenient as the API server is. */
export function formattedText(format: TextFormat): z.ZodString {
  return z.string().refine(CHECKS[format], { error: ERRORS[format] }).meta({ format });
}

/** Whether a text has a format; formats that are not known are not checked. */
export function hasFormat(text: string, format: string): boolean {
  return Object.hasOwn(CHECKS, format) ? CHECKS[format as TextFormat](text) : true;
}

function isDateTime(text: string): boolean {
  const [, day, hour, minute, second] = DATE_TIME.exec(text) ?? [];
  if (day === undefined || hour === undefined) return false;
  const date = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(date.getTime()) || !date.toISOString().startsWith(day)) return false;
  return hour <= "23" && (minute ?? "") <= "59" && (second ?? "") <= "59";
}

// Any absolute URI or absolute path, which is all that the API server asks for.
function isUri(text: string): boolean {
  if (CONTROL.test(text) || BROKEN_ESCAPE.test(text.split("?")[0] ?? "")) return false;
  const scheme = SCHEME.exec(text)?.[0] ?? "";
  const rest = text.slice(scheme.length);
  if (scheme === "") return text.startsWith("/") || text === "*";
  const authority = /^\/\/([^/?]*)/u.exec(rest)?.[1] ?? "";
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  return !/[\s<>"\\^`{|}]/u.test(host) && /^(\[[^\]]*\]|[^:]*)(:\d*)?$/u.test(host);
}
