import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from "jose";
import { oidcGate, type OidcGate, type OidcSettings } from "../src/identity/oidc.ts";
import type { Verdict } from "../src/identity/verdict.ts";

const AUDIENCE = "https://gateway.example/mcp";

/** A private key of the issuer with its public half as it is published. */
interface SigningKey {
  readonly algorithm: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

/** A new key; `kid` is left out of what is published when it is empty. */
async function newKey(algorithm: string, kid = `${algorithm}-1`): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), ...(kid !== "" && { kid }) };
  return { algorithm, privateKey, jwk };
}

/** An issuer that publishes what it is told to, and an authenticator that trusts it. */
class IdpRig {
  /** What is published; a text is sent as it is. */
  keys: SigningKey[] = [];
  jwks: string | undefined;
  discovery: Record<string, unknown> = {};
  /** What introspection says of each token; of any other that it is not active. */
  readonly opaque = new Map<string, Record<string, unknown>>();
  /** Answers every request with this status, and before any answer waits for the promise. */
  status = 200;
  gate: Promise<void> | undefined;
  /** Paths asked for. */
  readonly asked: string[] = [];
  readonly introspected: { authorization: string | undefined; form: URLSearchParams }[] = [];
  readonly faults: string[] = [];
  /** Clocks in milliseconds. */
  wallMs = Date.parse("2026-01-01T12:00:00Z");
  monotonicMs = 1_000_000;
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  #url = "";
  #gates: OidcGate[] = [];

  async start(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    this.#url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const gate of this.#gates) await gate.authenticator.close();
    this.#server.closeAllConnections();
    if (this.#server.listening) {
      this.#server.close();
      await once(this.#server, "close");
    }
  }

  get issuer(): string {
    return this.#url;
  }

  /** How many requests were made for keys. */
  get keyRequests(): number {
    return this.asked.filter((path) => path === "/keys").length;
  }

  gateWith(settings: Partial<OidcSettings> = {}): OidcGate {
    const gate = oidcGate(
      {
        issuer: this.issuer,
        audience: AUDIENCE,
        requiredScopes: [],
        clockSkewMs: 30_000,
        jwksUrl: undefined,
        introspectionUrl: undefined,
        credentials: undefined,
        allowHttp: true,
        allowPrivateAddress: true,
        ca: undefined,
        ...settings,
      },
      {
        wallMs: () => this.wallMs,
        monotonicMs: () => this.monotonicMs,
        watch: {
          asked: (request, fault) => {
            if (fault !== undefined) this.faults.push(`${request} ${fault.kind}`);
          },
        },
      },
    );
    this.#gates.push(gate);
    return gate;
  }

  /** The claims of a token that is right in every way. */
  claims(more: Record<string, unknown> = {}): Record<string, unknown> {
    const nowSeconds = Math.floor(this.wallMs / 1000);
    return {
      iss: this.issuer,
      aud: AUDIENCE,
      sub: "alice",
      iat: nowSeconds,
      exp: nowSeconds + 300,
      ...more,
    };
  }

  /** A token signed with this key. */
  async token(
    key: SigningKey,
    claims: Record<string, unknown> = {},
    header: Record<string, unknown> = {},
  ): Promise<string> {
    const { kid } = key.jwk;
    return new SignJWT(this.claims(claims))
      .setProtectedHeader({ alg: key.algorithm, ...(kid !== undefined && { kid }), ...header })
      .sign(key.privateKey);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "";
    this.asked.push(path);
    let body = "";
    for await (const chunk of request) body += String(chunk);
    await this.gate;
    response
      .writeHead(this.status, { "content-type": "application/json" })
      .end(this.#documentAt(path, { request, body }));
  }

  #documentAt(path: string, { request, body }: { request: IncomingMessage; body: string }): string {
    if (path === "/keys")
      return this.jwks ?? JSON.stringify({ keys: this.keys.map(({ jwk }) => jwk) });
    if (path !== "/introspect")
      return JSON.stringify({
        issuer: this.issuer,
        jwks_uri: `${this.issuer}/keys`,
        ...this.discovery,
      });
    const form = new URLSearchParams(body);
    this.introspected.push({ authorization: request.headers.authorization, form });
    return JSON.stringify(this.opaque.get(form.get("token") ?? "") ?? { active: false });
  }
}

/** The verdict on a token. */
async function verdictOn(gate: OidcGate, token: string): Promise<Verdict> {
  return gate.authenticator.authenticate(`Bearer ${token}`);
}

/** `allowed`, or the status and reason of a refusal. */
async function outcomeOf(gate: OidcGate, token: string): Promise<string> {
  const { refusal } = await verdictOn(gate, token);
  return refusal === undefined ? "allowed" : `${refusal.status} ${refusal.reason}`;
}

export { AUDIENCE, IdpRig, newKey, outcomeOf, verdictOn, type SigningKey };
