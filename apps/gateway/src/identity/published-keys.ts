import { compactVerify, createLocalJWKSet, errors, type CryptoKey } from "jose";
import * as z from "zod";
import { ALGORITHMS, type UnverifiedJwt } from "./unverified-jwt.ts";

/** Keys of one issuer that are looked at; real ones have a handful. */
const MAX_KEYS = 64;
/** Keys that one token is tried with when it does not say which. */
const MAX_TRIES = 8;

/** What a signature turned out to be. */
type SignatureCheck = "right" | "wrong" | "unknown-key";

const KeyDocument = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

/** The public keys of an issuer at one time. */
interface PublishedKeys {
  /** Equal for equal keys. */
  readonly identity: string;
  readonly count: number;
  /** Never rejects. */
  check(token: string, jwt: UnverifiedJwt): Promise<SignatureCheck>;
}

/** Reads a JSON Web Key Set; undefined when there is no key in it that a token could be checked with. */
function readKeys(value: unknown): PublishedKeys | undefined {
  const document = KeyDocument.safeParse(value);
  if (!document.success) return undefined;
  // A key for both sides (`oct`) must never be taken: who checks with it could also sign.
  const keys = document.data.keys
    .filter(({ kty, d }) => ["RSA", "EC", "OKP"].includes(kty) && d === undefined)
    .slice(0, MAX_KEYS);
  if (keys.length === 0) return undefined;
  const find = createLocalJWKSet({ keys });
  return {
    identity: JSON.stringify(keys),
    count: keys.length,
    check: (token, jwt) => check(token, jwt, find),
  };
}

async function check(
  token: string,
  { keyId }: UnverifiedJwt,
  find: ReturnType<typeof createLocalJWKSet>,
): Promise<SignatureCheck> {
  const options = { algorithms: [...ALGORITHMS] };
  // Without the name of its key, a token that no key fits may as well be signed with a new one.
  const otherwise = keyId === undefined ? "unknown-key" : "wrong";
  try {
    await compactVerify(token, find, options);
    return "right";
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return "unknown-key";
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) return otherwise;
    let tries = 0;
    for await (const key of error) {
      if (await isSignedWith(token, key, options)) return "right";
      if (++tries === MAX_TRIES) break;
    }
    return otherwise;
  }
}

async function isSignedWith(
  token: string,
  key: CryptoKey,
  options: { algorithms: string[] },
): Promise<boolean> {
  try {
    await compactVerify(token, key, options);
    return true;
  } catch {
    return false;
  }
}

export { readKeys, type PublishedKeys, type SignatureCheck };
