const HIDDEN = "[hidden]";
const MAX_DEPTH = 6;
const MAX_ENTRIES = 100;
const MAX_TEXT = 8_192;
/** Shorter values would also hide parts of ordinary words. */
const MIN_SECRET = 6;

const SENSITIVE_KEY =
  /authorization|cookie|session-?id|token|secret|passw(?:or)?d|api[-_]?key|private[-_]?key|credential/i;

/** What gives a secret away in the middle of a text, with the part before it that may stay. */
const SENSITIVE_TEXT: readonly (readonly [RegExp, string])[] = [
  [/\b(bearer|basic)(\s+)[\w.~+/=-]+/gi, `$1$2${HIDDEN}`],
  [/(:\/\/)[^\s/"@]+@/g, `$1${HIDDEN}@`],
  [
    /([?&][^=&\s"]*(?:token|secret|password|key|code|signature)[^=&\s"]*=)[^&\s"]+/gi,
    `$1${HIDDEN}`,
  ],
  [/(\bmcp-session-id"?\s*[:=]\s*"?)[\w.~+/=-]+/gi, `$1${HIDDEN}`],
];

/** Turns text into text without what must not be shown. */
type Redact = (text: string) => string;

/**
 * A function that hides credentials recognised by their form and the given values wherever they stand.
 * Values of fewer than 6 characters are left alone.
 */
function textRedactor(secrets: Iterable<string> = []): Redact {
  const values = [...new Set(secrets)].filter((value) => value.length >= MIN_SECRET);
  // A log line is JSON, in which a value may be written with escapes; the longest first, as one may hold another.
  const written = [
    ...new Set(values.flatMap((value) => [value, JSON.stringify(value).slice(1, -1)])),
  ];
  const forms = written.toSorted((a, b) => b.length - a.length);
  return (text) => {
    let out = text;
    for (const form of forms) if (out.includes(form)) out = out.replaceAll(form, HIDDEN);
    for (const [pattern, replacement] of SENSITIVE_TEXT) out = out.replace(pattern, replacement);
    return out;
  };
}

/**
 * A copy of the fields of a log record in which no value stands under a key that names a credential.
 * Numbers and booleans stay, so that `maxTokens` can be read. Deep or long parts are cut.
 */
function redactFields(fields: Record<string, unknown>): Record<string, unknown> {
  return redactObject(fields, 0);
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === "string")
    return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value;
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Error) return describeError(value);
  if (value instanceof URL) return `${value.protocol}//${value.host}${value.pathname}`;
  if (value instanceof Date) return value.toISOString();
  if (depth >= MAX_DEPTH) return "[deep]";
  if (Array.isArray(value))
    return value.slice(0, MAX_ENTRIES).map((entry) => redactValue(entry, depth + 1));
  if (value instanceof Map) return redactObject(Object.fromEntries(value), depth);
  return redactObject(value as Record<string, unknown>, depth);
}

function redactObject(object: Record<string, unknown>, depth: number): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object).slice(0, MAX_ENTRIES)) {
    out[key] =
      isSensitiveName(key) && mayHoldSecret(value) ? HIDDEN : redactValue(value, depth + 1);
  }
  return out;
}

/** Whether what stands under this name is taken for a credential. */
function isSensitiveName(name: string): boolean {
  return SENSITIVE_KEY.test(name);
}

function mayHoldSecret(value: unknown): boolean {
  return typeof value === "string" || (typeof value === "object" && value !== null);
}

/** What a log record says of one error of a chain. */
interface ErrorRecord {
  readonly type: string;
  readonly message: string;
  readonly code?: string | number;
  readonly stack?: string;
  readonly cause?: ErrorRecord;
}

/**
 * The chain of an error and its causes, outermost first. A stack is shown only of an error without a
 * code: one with a code was expected by whoever threw it, and the code says what it is.
 */
function describeError(thrown: unknown, depth = 0): ErrorRecord {
  if (!(thrown instanceof Error))
    return { type: typeof thrown, message: String(redactValue(thrown, 0)) };
  const code = (thrown as { code?: unknown }).code;
  const hasCode = typeof code === "string" || typeof code === "number";
  return {
    type: thrown.name,
    message: thrown.message.slice(0, MAX_TEXT),
    ...(hasCode ? { code } : thrown.stack !== undefined && { stack: thrown.stack }),
    ...(thrown.cause !== undefined &&
      depth < MAX_DEPTH && { cause: describeError(thrown.cause, depth + 1) }),
  };
}

export {
  describeError,
  isSensitiveName,
  redactFields,
  textRedactor,
  type ErrorRecord,
  type Redact,
};
