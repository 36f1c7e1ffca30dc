import { SessionStoreError } from "../error.ts";
import { wholeNumber } from "../option.ts";
import type { BusMessage, Sending } from "./session-bus.ts";

/** Largest message when nothing else is said, topic included. */
export const DEFAULT_MAX_BYTES = 1024 * 1024;

/** Throws `invalid-option` for a name that cannot stand in a message: 1 to 128 characters of visible ASCII it must be. */
export function requireName(what: string, name: string): string {
  if (/^[\x21-\x7e]{1,128}$/.test(name)) return name;
  throw new SessionStoreError(
    "invalid-option",
    `${what} is ${JSON.stringify(name.slice(0, 140))}; use 1 to 128 characters of visible ASCII`,
  );
}

/** Checks the bound of messages. */
export function requireMaxBytes(maxBytes: number): number {
  return wholeNumber("maxBytes", maxBytes, 256);
}

/** The outcome for a message that is too large; undefined for others. */
export function refuseTooLarge(topic: string, text: string, maxBytes: number): Sending | undefined {
  const bytes = Buffer.byteLength(topic) + Buffer.byteLength(text);
  return bytes > maxBytes ? { outcome: "too-large", maxBytes } : undefined;
}

/** A message on its way, with what is needed to notice that one is missing. */
export interface Posted {
  readonly from: string;
  /** Tells a process from an earlier one of the same id. */
  readonly life: string;
  /** Counts the messages of one sender: those to all without a hole, those to one process upward. */
  readonly sequence: number;
  readonly topic: string;
  readonly text: string;
}

/** A posted message as one text. */
export function postedText({ from, life, sequence, topic, text }: Posted): string {
  return `${from} ${life} ${sequence} ${topic} ${text}`;
}

/** The reverse of `postedText`; undefined for a text of another making, which is ignored. */
export function parsePosted(text: string): Posted | undefined {
  const parts = /^([\x21-\x7e]{1,128}) ([\w-]{1,32}) (\d{1,15}) ([\x21-\x7e]{1,128}) /.exec(text);
  if (parts === null) return undefined;
  const [head, from = "", life = "", digits = "", topic = ""] = parts;
  return { from, life, sequence: Number(digits), topic, text: text.slice(head.length) };
}

/** A posted message as listeners get it. */
export function messageOf({ from, topic, text }: Posted, direct: boolean): BusMessage {
  return { from, topic, text, direct };
}
