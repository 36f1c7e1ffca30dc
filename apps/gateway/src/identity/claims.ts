import type { RefusalReason } from "./verdict.ts";

/** What a token must say to be let in. */
interface TokenRules {
  /** Without a slash at the end. */
  readonly issuer: string;
  readonly audience: string;
  readonly requiredScopes: readonly string[];
  /** How far the issuer's clock may be off. */
  readonly clockSkewMs: number;
}

type Claims = Readonly<Record<string, unknown>>;

const MAX_SUBJECT_LENGTH = 1_024;

/** Why the claims of a token are wrong at this time, whoever signed them; undefined when they are right. */
function claimsRefusal(
  claims: Claims,
  rules: TokenRules,
  nowMs: number,
): RefusalReason | undefined {
  if (!isIssuer(claims["iss"], rules)) return "issuer";
  if (!isAudience(claims["aud"], rules)) return "audience";
  if (subjectOf(claims) === undefined) return "subject";
  return timesRefusal(claims, rules, nowMs, "exp required");
}

/**
 * The same for what an issuer says of an opaque token, where it may leave out what it checked itself; only
 * the user has to be told.
 */
function introspectedRefusal(
  claims: Claims,
  rules: TokenRules,
  nowMs: number,
): RefusalReason | undefined {
  if (claims["iss"] !== undefined && !isIssuer(claims["iss"], rules)) return "issuer";
  if (claims["aud"] !== undefined && !isAudience(claims["aud"], rules)) return "audience";
  if (!isAccessToken(claims)) return "token-type";
  if (subjectOf(claims) === undefined) return "subject";
  return timesRefusal(claims, rules, nowMs, "exp optional");
}

/** Issuers find refresh tokens active as well, and tokens that are bound to a key; some say which is which. */
function isAccessToken({
  token_type: type = "bearer",
  token_use: use = "access",
}: Claims): boolean {
  return (
    /^(?:bearer|access_token)$/i.test(String(type)) && /^access(?:_token)?$/i.test(String(use))
  );
}

function isIssuer(value: unknown, { issuer }: TokenRules): boolean {
  return typeof value === "string" && withoutSlash(value) === issuer;
}

function isAudience(value: unknown, { audience }: TokenRules): boolean {
  return Array.isArray(value) ? value.includes(audience) : value === audience;
}

function timesRefusal(
  { exp, nbf, iat }: Claims,
  { clockSkewMs }: TokenRules,
  nowMs: number,
  expiry: "exp required" | "exp optional",
): RefusalReason | undefined {
  if (exp !== undefined || expiry === "exp required") {
    if (!isTime(exp) || exp * 1000 + clockSkewMs <= nowMs) return "expired";
  }
  for (const begin of [nbf, iat]) {
    if (begin === undefined) continue;
    if (!isTime(begin)) return "malformed";
    if (begin * 1000 - clockSkewMs > nowMs) return "not-yet-valid";
  }
  return undefined;
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** Who the user is; undefined when the token says no such thing. */
function subjectOf({ sub }: Claims): string | undefined {
  if (typeof sub !== "string" || sub === "" || sub.length > MAX_SUBJECT_LENGTH) return undefined;
  return sub.includes("\0") ? undefined : sub;
}

/** When a token ends, clock skew included, in milliseconds since 1970; undefined when it does not say. */
function endOf({ exp }: Claims, { clockSkewMs }: TokenRules): number | undefined {
  return isTime(exp) ? exp * 1000 + clockSkewMs : undefined;
}

/** Whether a token has every scope that is required. */
function hasScopes(claims: Claims, { requiredScopes }: TokenRules): boolean {
  if (requiredScopes.length === 0) return true;
  const granted = new Set([...scopesIn(claims["scope"]), ...scopesIn(claims["scp"])]);
  return requiredScopes.every((scope) => granted.has(scope));
}

function scopesIn(value: unknown): string[] {
  const texts: unknown[] = Array.isArray(value) ? value : [value];
  return texts.flatMap((text) => (typeof text === "string" ? text.split(" ") : []));
}

/** An issuer as issuers are compared. */
function withoutSlash(issuer: string): string {
  return issuer.endsWith("/") ? issuer.slice(0, -1) : issuer;
}

export {
  claimsRefusal,
  endOf,
  hasScopes,
  introspectedRefusal,
  subjectOf,
  withoutSlash,
  type Claims,
  type TokenRules,
};
