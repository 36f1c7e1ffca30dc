import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { SessionStoreError } from "../error.ts";
import type { RandomBytes } from "../session-id.ts";
import type { Unreadable } from "../store/session-store.ts";

/** A key for records: a name that stands in each of them, and 32 secret bytes. */
export interface RecordKey {
  /** 1 to 16 characters of `A-Z a-z 0-9 _ -`; not secret. */
  readonly id: string;
  readonly secret: Uint8Array;
}

/** How an envelope is made; without keys records are readable text. */
export interface RecordEnvelopeOptions {
  /** The first seals; all of them open, so that a key can be replaced while records of the old one live. */
  readonly keys?: readonly RecordKey[];
  /** Open records that were sealed without a key although there are keys; only for the time of a change-over. Default false. */
  readonly acceptPlain?: boolean;
  readonly random?: RandomBytes;
}

/** The text in the envelope, or a code that says why it stays shut. */
export type Opened = { readonly outcome: "opened"; readonly text: string } | Unreadable;

/** Why an envelope stays shut. */
export type EnvelopeRefusal = Unreadable["code"];

/** Puts a version, and with keys a lock, around what goes into a store. */
export interface RecordEnvelope {
  /** The sealed text: `v1.p.<text>`, or `v1.e.<key id>.<nonce, cipher text and tag in base64url>`. */
  seal(sessionId: string, text: string): string;
  /** The reverse; what was sealed for another session, or changed since, is `damaged`. */
  open(sessionId: string, sealed: string): Opened;
}

const PLAIN = "v1.p.";
const ENCRYPTED = "v1.e.";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Makes an envelope (AES-256-GCM, bound to the session's id); throws `invalid-key` for a key that is none. */
export function recordEnvelope(options: RecordEnvelopeOptions = {}): RecordEnvelope {
  const { keys = [], acceptPlain = false, random = randomBytes } = options;
  const secrets = checkedKeys(keys);
  const [current] = keys;
  return {
    seal(sessionId, text) {
      if (current === undefined) return PLAIN + text;
      return encrypt(current, sessionId, text, random(NONCE_BYTES));
    },
    open(sessionId, sealed) {
      if (sealed.startsWith(PLAIN)) {
        if (current !== undefined && !acceptPlain) return refused("not-encrypted");
        return { outcome: "opened", text: sealed.slice(PLAIN.length) };
      }
      if (sealed.startsWith(ENCRYPTED)) return decrypt(secrets, sessionId, sealed);
      return refused(/^v\d+\./.test(sealed) ? "unknown-version" : "damaged");
    },
  };
}

function encrypt(
  { id, secret }: RecordKey,
  sessionId: string,
  text: string,
  nonce: Uint8Array,
): string {
  const header = `${ENCRYPTED}${id}.`;
  const cipher = createCipheriv("aes-256-gcm", secret, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(header + sessionId));
  const body = [nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()];
  return header + Buffer.concat(body).toString("base64url");
}

function decrypt(
  secrets: ReadonlyMap<string, Uint8Array>,
  sessionId: string,
  sealed: string,
): Opened {
  const end = sealed.indexOf(".", ENCRYPTED.length);
  if (end === -1) return refused("damaged");
  if (secrets.size === 0) return refused("no-key");
  const secret = secrets.get(sealed.slice(ENCRYPTED.length, end));
  if (secret === undefined) return refused("unknown-key");
  const body = Buffer.from(sealed.slice(end + 1), "base64url");
  if (body.length < NONCE_BYTES + TAG_BYTES) return refused("damaged");
  const nonce = body.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv("aes-256-gcm", secret, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(sealed.slice(0, end + 1) + sessionId));
  decipher.setAuthTag(body.subarray(-TAG_BYTES));
  try {
    const text = decipher.update(body.subarray(NONCE_BYTES, -TAG_BYTES), undefined, "utf8");
    return { outcome: "opened", text: text + decipher.final("utf8") };
  } catch {
    return refused("damaged");
  }
}

function refused(code: EnvelopeRefusal): Unreadable {
  return { outcome: "unreadable", code };
}

function checkedKeys(keys: readonly RecordKey[]): ReadonlyMap<string, Uint8Array> {
  const secrets = new Map<string, Uint8Array>();
  for (const { id, secret } of keys) {
    if (!/^[\w-]{1,16}$/.test(id)) {
      throw invalidKey(`a key id is ${JSON.stringify(id)}; use 1 to 16 of A-Z a-z 0-9 _ -`);
    }
    if (secret.length !== 32) {
      throw invalidKey(`key ${id} has ${secret.length} bytes; AES-256 needs 32`);
    }
    if (secrets.has(id)) throw invalidKey(`two keys have the id ${id}; give each its own`);
    secrets.set(id, secret);
  }
  return secrets;
}

function invalidKey(message: string): SessionStoreError {
  return new SessionStoreError("invalid-key", message);
}
