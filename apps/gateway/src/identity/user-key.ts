import { createHash } from "node:crypto";

/** Characters of a user key: 132 bits, so that no two users ever meet in one. */
const KEY_LENGTH = 22;

/**
 * The key that stands for a user, the same in every process: 22 characters of base64url. Two issuers may
 * know different people by one subject, so both make the key, and the length tells where one ends.
 */
function userKeyOf(issuer: string, subject: string): string {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(issuer));
  return createHash("sha256")
    .update(length)
    .update(issuer)
    .update(subject)
    .digest("base64url")
    .slice(0, KEY_LENGTH);
}

export { userKeyOf };
