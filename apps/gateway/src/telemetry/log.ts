import pino from "pino";
import { prettyFactory } from "pino-pretty";
import { redactFields, textRedactor } from "./redact.ts";

/** From the most talkative level to none. */
type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";

/** Writes one record: an event in words, with what it is about as fields. An error goes under `err`. */
interface LogMethod {
  (fields: object, message: string): void;
  (message: string): void;
}

/** The log as every part of the gateway sees it. */
interface Log {
  readonly trace: LogMethod;
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
  readonly fatal: LogMethod;
  /** The same log with fields that go with every record. */
  child(fields: Record<string, unknown>): Log;
  /** Whether records of this level are written; spares the work of making fields for none. */
  isLevelEnabled(level: LogLevel): boolean;
}

/** How a log writes. */
interface LogOptions {
  readonly level: LogLevel;
  readonly format: "json" | "pretty";
  /** Whether the pretty form uses colours. */
  readonly colour?: boolean;
  /** Values that are never shown wherever they stand, such as those read from the environment. */
  readonly secrets?: Iterable<string>;
  /** Takes whole lines; standard output when omitted. */
  readonly destination?: { write(line: string): unknown };
}

/** Lines that a stuck reader of standard output may leave in memory before they are dropped, in bytes. */
const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;

/**
 * A log that shows no credential: fields are redacted by key, text by its form and by the given values.
 * Never blocks on its reader; what is still buffered is written when the process exits.
 */
function createLog(options: LogOptions): Log {
  const redact = textRedactor(options.secrets);
  const pretty = options.format === "pretty" ? prettyLine(options.colour ?? false) : undefined;
  const sink =
    options.destination ??
    pino.destination({ dest: 1, sync: false, maxLength: MAX_BUFFERED_BYTES });
  return logOf(
    pino(
      {
        level: options.level,
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: {
          level: (label) => ({ level: label }),
          log: redactFields,
        },
        // The error is described together with the other fields, so pino's own description would be a second one.
        serializers: { err: (described: unknown) => described },
      },
      {
        write(line: string) {
          const shown = redact(line);
          sink.write(pretty ? pretty(shown) : shown);
        },
      },
    ),
  );
}

/** Not pino's logger itself, as its children take neither redaction nor a serialiser for their own fields. */
function logOf(logger: pino.Logger): Log {
  return {
    trace: methodOf(logger, "trace"),
    debug: methodOf(logger, "debug"),
    info: methodOf(logger, "info"),
    warn: methodOf(logger, "warn"),
    error: methodOf(logger, "error"),
    fatal: methodOf(logger, "fatal"),
    child: (fields) => logOf(logger.child(redactFields(fields))),
    isLevelEnabled: (level) => logger.isLevelEnabled(level),
  };
}

function methodOf(logger: pino.Logger, level: Exclude<LogLevel, "silent">): LogMethod {
  return (fields: object | string, message?: string) => {
    if (typeof fields === "string") logger[level](fields);
    else logger[level](fields, message);
  };
}

function prettyLine(colour: boolean): (line: string) => string {
  return prettyFactory({
    colorize: colour,
    translateTime: "SYS:HH:MM:ss.l",
    singleLine: true,
    // Error records are plain objects here; printed like any other field they stay on one line.
    errorLikeObjectKeys: [],
  });
}

/** A log that writes nothing. */
const silentLog: Log = logOf(pino({ level: "silent" }, { write: () => undefined }));

export { createLog, silentLog, type Log, type LogLevel, type LogMethod, type LogOptions };
