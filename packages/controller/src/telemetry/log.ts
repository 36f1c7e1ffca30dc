/** Writes one event with its fields; the shape of pino's methods. */
export type LogLine = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/** Where events for the person who operates this go. No field ever holds an object's content. */
export interface Log {
  readonly info: LogLine;
  readonly warn: LogLine;
  readonly error: LogLine;
}

/** A log that keeps nothing. */
export const noLog: Log = { info: () => {}, warn: () => {}, error: () => {} };
