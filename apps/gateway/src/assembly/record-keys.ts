import { createHash } from "node:crypto";
import { PREVIOUS_SESSION_KEY, SESSION_KEY } from "@headgate/gateway-config";
import type { RecordKey } from "@headgate/session-store";
import { GatewayError } from "../rpc/errors.ts";

const KEY_BYTES = 32;

/**
 * The keys for records, the first of which encrypts; none when records may be read by whoever reads Redis. Throws for
 * what is no key, with a sentence that says what one looks like.
 */
function recordKeys(env: Readonly<Record<string, string | undefined>>): RecordKey[] {
  const [key, previous] = [SESSION_KEY, PREVIOUS_SESSION_KEY].map((name) => keyOf(env, name));
  if (key === undefined && previous !== undefined)
    throw refused(`${PREVIOUS_SESSION_KEY} is set without ${SESSION_KEY}, which is to replace it.`);
  return [key, previous].filter((given) => given !== undefined);
}

function keyOf(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
): RecordKey | undefined {
  const text = env[name]?.trim();
  if (text === undefined || text === "") return undefined;
  const secret = Buffer.from(text, "base64");
  // Node leaves out what is not base64.
  const isWhole = secret.toString("base64").replace(/=+$/, "") === text.replace(/=+$/, "");
  if (!isWhole || secret.length !== KEY_BYTES)
    throw refused(
      `${name} must be ${KEY_BYTES} bytes in base64, as \`openssl rand -base64 ${KEY_BYTES}\` prints them.`,
    );
  return { id: createHash("sha256").update(secret).digest("base64url").slice(0, 8), secret };
}

function refused(message: string): GatewayError {
  return new GatewayError("internal", message);
}

export { recordKeys };
