import { createHash } from "node:crypto";
import type { RecordKey } from "@headgate/session-store";
import { GatewayError } from "../rpc/errors.ts";

/** The key with which records of sessions are encrypted, and one that is on its way out: 32 bytes in base64 each. */
const KEY = "HEADGATE_SESSION_KEY";
const PREVIOUS_KEY = "HEADGATE_SESSION_PREVIOUS_KEY";

/** The keys for records, the first of which encrypts; none when records may be read by whoever reads Redis. Throws for what is no key. */
function recordKeys(env: Readonly<Record<string, string | undefined>>): RecordKey[] {
  return [KEY, PREVIOUS_KEY].flatMap((name) => {
    const text = env[name];
    if (text === undefined || text === "") return [];
    const secret = Buffer.from(text, "base64");
    if (secret.length !== 32)
      throw new GatewayError(
        "internal",
        `${name} must be 32 bytes in base64, as \`openssl rand -base64 32\` prints them.`,
      );
    return [{ id: createHash("sha256").update(secret).digest("base64url").slice(0, 8), secret }];
  });
}

export { KEY as SESSION_KEY, PREVIOUS_KEY as PREVIOUS_SESSION_KEY, recordKeys };
