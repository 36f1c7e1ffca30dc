import { generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** An issuer of tokens whose keys a gateway can read. */
export interface TokenIssuer {
  /** The `incomingAuth` block that trusts it. */
  readonly incomingAuth: object;
  /** A token of a user, good for an hour. */
  tokenOf(user: string): string;
  stop(): void;
}

const AUDIENCE = "bench";

/** Starts one with one ES256 key. */
export async function startTokenIssuer(): Promise<TokenIssuer> {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = { ...publicKey.export({ format: "jwk" }), kid: "k", alg: "ES256", use: "sig" };
  const server = createServer((_, response) => response.end(JSON.stringify({ keys: [key] })));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    incomingAuth: {
      type: "oidc",
      oidc: {
        issuer,
        clientId: "bench",
        audience: AUDIENCE,
        jwksUrl: `${issuer}/keys`,
        insecureAllowHttp: true,
        jwksAllowPrivateIp: true,
      },
    },
    tokenOf(user) {
      const nowSeconds = Math.floor(Date.now() / 1000);
      const claims = { iss: issuer, sub: user, aud: AUDIENCE, exp: nowSeconds + 3600 };
      const parts = [{ alg: "ES256", kid: "k" }, claims].map((part) =>
        Buffer.from(JSON.stringify(part)).toString("base64url"),
      );
      const text = parts.join(".");
      const signature = sign("sha256", Buffer.from(text), {
        key: privateKey,
        dsaEncoding: "ieee-p1363",
      });
      return `${text}.${signature.toString("base64url")}`;
    },
    stop: () => void server.close(),
  };
}
