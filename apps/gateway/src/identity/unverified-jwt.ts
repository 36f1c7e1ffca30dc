import { decodeJwt, decodeProtectedHeader } from "jose";
import type { RefusalReason } from "./verdict.ts";

/** What a JSON Web Token says of itself before anything of it is verified. */
interface UnverifiedJwt {
  readonly algorithm: string;
  readonly keyId: string | undefined;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** A text as a token: opaque, a JWT that may be right, or one that is wrong whatever the keys say. */
type TokenForm =
  | { readonly kind: "opaque" }
  | { readonly kind: "jwt"; readonly jwt: UnverifiedJwt }
  | { readonly kind: "wrong"; readonly reason: RefusalReason };

/** Signatures that are made with a private key and checked with a public one. */
const ALGORITHMS: readonly string[] =
  "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519".split(" ");

const THREE_PARTS = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** What kind of token a text is. Never throws. */
function formOf(token: string): TokenForm {
  if (!THREE_PARTS.test(token)) return { kind: "opaque" };
  const header = attempt(() => decodeProtectedHeader(token));
  if (header === undefined) return { kind: "opaque" };
  const { alg, kid, typ, crit } = header as Record<string, unknown>;
  if (typeof alg !== "string" || !ALGORITHMS.includes(alg)) return wrong("algorithm");
  // Nothing that a sender may call critical is understood here.
  if (crit !== undefined) return wrong("malformed");
  if (kid !== undefined && typeof kid !== "string") return wrong("malformed");
  if (typ !== undefined && typeof typ !== "string") return wrong("malformed");
  if (isOtherType(typ)) return wrong("token-type");
  const claims = attempt(() => decodeJwt(token));
  if (claims === undefined) return wrong("malformed");
  return { kind: "jwt", jwt: { algorithm: alg, keyId: kid, claims } };
}

/** Whether the token says that it is for something else, such as logging out or proving possession of a key. */
function isOtherType(type: string | undefined): boolean {
  const name = type?.toLowerCase().replace(/^application\//, "");
  return name !== undefined && name.endsWith("+jwt") && name !== "at+jwt";
}

function wrong(reason: RefusalReason): TokenForm {
  return { kind: "wrong", reason };
}

function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

export { ALGORITHMS, formOf, type TokenForm, type UnverifiedJwt };
