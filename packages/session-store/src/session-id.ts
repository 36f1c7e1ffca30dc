import { randomBytes } from "node:crypto";
import { SessionStoreError } from "./error.ts";

/** Fills an array with bytes that nobody can guess. */
export type RandomBytes = (count: number) => Uint8Array;

const ID_BYTES = 24;

/** A new session id: 192 random bits as 32 characters of base64url, so visible ASCII without delimiters. */
export function newSessionId(random: RandomBytes = randomBytes): string {
  const bytes = random(ID_BYTES);
  if (bytes.length !== ID_BYTES) {
    throw new SessionStoreError(
      "invalid-option",
      `random answered ${bytes.length} bytes; it must answer as many as it is asked for (${ID_BYTES})`,
    );
  }
  return Buffer.from(bytes).toString("base64url");
}

/** Whether a text can be a session id at all: 16 to 128 characters of visible ASCII. */
export function isSessionId(text: string): boolean {
  return /^[\x21-\x7e]{16,128}$/.test(text);
}
