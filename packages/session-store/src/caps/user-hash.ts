import { createHash } from "node:crypto";

/** A name for a user under which nobody reads who it is: 132 bits of SHA-256 over issuer and subject, as 22 characters. */
export function userHash(issuer: string, subject: string): string {
  // The length keeps apart what would be one text when joined.
  const text = `${issuer.length}:${issuer}${subject}`;
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}
