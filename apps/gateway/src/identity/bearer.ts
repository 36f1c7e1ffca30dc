import type { RefusalReason } from "./verdict.ts";

/** Longer tokens are refused unread. */
const MAX_TOKEN_LENGTH = 16_384;

type Bearer =
  | { readonly token: string; readonly reason?: undefined }
  | { readonly reason: RefusalReason };

/** The text after `Bearer`, in any case; whether it has the form of a token is another question. */
function readBearer(authorization: string | undefined): Bearer {
  if (authorization === undefined) return { reason: "no-token" };
  if (authorization.slice(0, 7).toLowerCase() !== "bearer ") return { reason: "bad-header" };
  const token = authorization.slice(7).trim();
  if (token === "") return { reason: "bad-header" };
  return token.length > MAX_TOKEN_LENGTH ? { reason: "malformed" } : { token };
}

/** Whether a text can be a bearer token at all (RFC 6750). */
function isToken68(text: string): boolean {
  return /^[\w.~+/-]+=*$/.test(text);
}

export { isToken68, MAX_TOKEN_LENGTH, readBearer, type Bearer };
