import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { Provider, type Configuration, type ResourceServer } from "oidc-provider";

/** The client that the gateway is at the issuer, and a client of users. */
const GATEWAY = { id: "gateway", secret: "canary-client-secret" };
const APP = "app";

/** What an access token is to be. */
export type TokenWish = {
  user: string;
  audience: string;
  format: "jwt" | "opaque";
  scope?: string;
  ttlSeconds?: number;
};

/** A certificate with its key, as PEM texts. */
export type Certificate = { cert: string; key: string };

/** A real OpenID provider on a port of its own, in this process. */
export class Issuer {
  readonly #certificate: Certificate | undefined;
  readonly #host: string;

  /** With a certificate it is reached by https; on loopback, unless an address of this machine is given. */
  constructor(certificate?: Certificate, host = "127.0.0.1") {
    this.#certificate = certificate;
    this.#host = host;
  }

  readonly gateway = GATEWAY;
  /** Paths asked for since the start. */
  readonly asked: string[] = [];
  #server: Server | undefined;
  #port = 0;
  #keys: JWK[] | undefined;
  #provider: Provider | undefined;

  /** Its identifier; known once it was started. */
  get url(): string {
    return `${this.#certificate ? "https" : "http"}://${this.#host}:${this.#port}`;
  }

  /** Starts it, or starts it again at the same address, with these keys, or those it had. */
  async start(keys?: JWK[]): Promise<void> {
    this.#keys = keys ?? this.#keys ?? (await newKeys());
    const server: Server = this.#certificate ? createTlsServer(this.#certificate) : createServer();
    this.#server = server;
    server.listen(this.#port, this.#host);
    await once(server, "listening");
    this.#port = (server.address() as AddressInfo).port;
    this.#provider = new Provider(this.url, configuration(this.#keys));
    const answer = this.#provider.callback() as RequestListener;
    server.on("request", (request, response) => {
      this.asked.push(new URL(request.url ?? "", this.url).pathname);
      answer(request, response);
    });
  }

  /** Stops listening; the address stays its own. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }

  /** An access token as the provider makes them, for a user who granted it. */
  async token({
    user,
    audience,
    format,
    scope = "tools:call",
    ttlSeconds,
  }: TokenWish): Promise<string> {
    const provider = this.#provider;
    if (provider === undefined) throw new Error("the issuer was not started");
    const client = await provider.Client.find(APP);
    if (client === undefined) throw new Error("the issuer has lost its client");
    const grant = new provider.Grant({ accountId: user, clientId: APP });
    grant.addResourceScope(audience, scope);
    const token = new provider.AccessToken({
      accountId: user,
      client,
      grantId: await grant.save(),
      gty: "authorization_code",
      scope,
      ...(ttlSeconds !== undefined && { expiresIn: ttlSeconds }),
    });
    token.resourceServer = new provider.ResourceServer(audience, resourceServer(audience, format));
    return token.save();
  }
}

/** New signing keys, with names of their own. */
export async function newKeys(): Promise<JWK[]> {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  return [{ ...(await exportJWK(privateKey)), alg: "ES256", use: "sig", kid: crypto.randomUUID() }];
}

function resourceServer(audience: string, format: "jwt" | "opaque"): ResourceServer {
  const jwt = { sign: { alg: "ES256" } } as const;
  return {
    scope: "tools:call",
    audience,
    accessTokenFormat: format,
    accessTokenTTL: 3_600,
    ...(format === "jwt" && { jwt }),
  };
}

function configuration(keys: JWK[]): Configuration {
  return {
    jwks: { keys },
    clients: [
      {
        client_id: GATEWAY.id,
        client_secret: GATEWAY.secret,
        grant_types: [],
        response_types: [],
        redirect_uris: [],
      },
      {
        client_id: APP,
        redirect_uris: ["http://127.0.0.1:1/callback"],
        token_endpoint_auth_method: "none",
      },
    ],
    clientDefaults: { id_token_signed_response_alg: "ES256" },
    cookies: { keys: ["for tests"] },
    scopes: ["openid", "offline_access", "tools:call"],
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    features: {
      devInteractions: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      registration: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_context, audience) => resourceServer(audience, "jwt"),
      },
    },
    ttl: { AccessToken: 3_600, Grant: 3_600, Interaction: 600, Session: 3_600 },
  };
}
