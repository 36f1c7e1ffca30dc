import type { Block, BlockCase } from "./rule-case.ts";

const oidc: Block = {
  name: "login",
  type: "oidc",
  oidcConfig: { issuerUrl: "https://login.example.com", clientId: "gateway" },
};
const client: Block = {
  clientId: "agent",
  clientSecretRef: { name: "agent", key: "secret" },
  audiences: ["https://api.example.com"],
  scopes: ["read"],
};

/** A server with the least it needs, and what is given. */
export const authServer = (given: Block = {}): Block => ({
  issuer: "https://auth.example.com",
  upstreamProviders: [oidc],
  ...given,
});

const registrationCases: readonly BlockCase[] = [
  {
    at: "",
    message:
      "allowConfidentialClientRegistration cannot be combined with insecureAllowHTTP; client secrets would be issued in cleartext over an unauthenticated endpoint",
    accepted: authServer({ allowConfidentialClientRegistration: true }),
    refused: authServer({ allowConfidentialClientRegistration: true, insecureAllowHTTP: true }),
  },
  {
    at: "",
    message:
      "delegateClients require an https:// issuer; delegate client secrets must not be sent over plaintext HTTP",
    accepted: authServer({ delegateClients: [client] }),
    refused: authServer({ delegateClients: [client], issuer: "http://auth.example.com" }),
  },
  {
    at: "",
    message:
      "forceConfidentialRedirectUris requires allowConfidentialClientRegistration to be true",
    accepted: authServer({
      allowConfidentialClientRegistration: true,
      forceConfidentialRedirectUris: ["https://app.example.com/callback"],
    }),
    refused: authServer({ forceConfidentialRedirectUris: ["https://app.example.com/callback"] }),
  },
  {
    at: ".delegateClients[0]",
    message: "clientSecretRef.name and clientSecretRef.key are required and must be non-empty",
    accepted: authServer({ delegateClients: [client] }),
    refused: authServer({
      delegateClients: [{ ...client, clientSecretRef: { name: "agent", key: "" } }],
    }),
  },
];

const password: Block = { passwordSecretRef: { name: "redis", key: "password" } };
const storage = (given: Block): Block =>
  authServer({ storage: { type: "redis", redis: { aclUserConfig: password, ...given } } });
const sentinelConfig: Block = { masterName: "primary", sentinelAddrs: ["sentinel:26379"] };

const storageCases: readonly BlockCase[] = [
  {
    at: ".storage.redis",
    message: "exactly one of addr or sentinelConfig must be set",
    accepted: storage({ addr: "redis:6379" }),
    refused: storage({ addr: "redis:6379", sentinelConfig }),
  },
  {
    at: ".storage.redis",
    message: "clusterMode requires addr to be set",
    accepted: storage({ addr: "redis:6379", clusterMode: true }),
    refused: storage({ sentinelConfig, clusterMode: true }),
  },
];

const oauth2 = (given: Block): Block =>
  authServer({
    upstreamProviders: [
      {
        name: "login",
        type: "oauth2",
        oauth2Config: {
          authorizationEndpoint: "https://login.example.com/authorize",
          tokenEndpoint: "https://login.example.com/token",
          ...given,
        },
      },
    ],
  });
const discoveryUrl = "https://login.example.com/.well-known/oauth-authorization-server";
const clientSecretRef: Block = { name: "login", key: "secret" };
const OAUTH2 = ".upstreamProviders[0].oauth2Config";

const upstreamCases: readonly BlockCase[] = [
  {
    at: ".upstreamProviders[0]",
    message:
      "type must be 'oidc' or 'oauth2'; oidcConfig must be set when type is 'oidc' and oauth2Config must be set when type is 'oauth2' (and the other must not be set)",
    accepted: authServer(),
    refused: authServer({ upstreamProviders: [{ ...oidc, type: "oauth2" }] }),
  },
  {
    at: OAUTH2,
    message: "exactly one of clientId or dcrConfig must be set",
    accepted: oauth2({ clientId: "gateway" }),
    refused: oauth2({ clientId: "gateway", dcrConfig: { discoveryUrl } }),
  },
  {
    at: OAUTH2,
    message:
      "clientSecretRef must not be set when dcrConfig is set; the client_secret is obtained at runtime via Dynamic Client Registration",
    accepted: oauth2({ clientId: "gateway", clientSecretRef }),
    refused: oauth2({ dcrConfig: { discoveryUrl }, clientSecretRef }),
  },
  {
    at: `${OAUTH2}.dcrConfig`,
    message: "exactly one of discoveryUrl or registrationEndpoint must be set",
    accepted: oauth2({ dcrConfig: { discoveryUrl } }),
    refused: oauth2({ dcrConfig: {} }),
  },
];

/** Cases of an embedded authorization server, but for the issuers that it trusts. */
export const authServerCases: readonly BlockCase[] = [
  ...registrationCases,
  ...storageCases,
  ...upstreamCases,
];
