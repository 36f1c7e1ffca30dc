import { authServer } from "../src/rule-cases/auth-server.ts";
import type { Block } from "../src/rule-cases/rule-case.ts";

/** A spec that an operator's users have been promised an answer to, beside those on both sides of a rule. */
export interface AdmissionCase {
  readonly kind: string;
  readonly what: string;
  readonly spec: Block;
  /** Where it is refused; nowhere when it is left out. */
  readonly refusedAt?: string;
}

type Case = Omit<AdmissionCase, "kind">;

const gateway = (given: Block): Block => ({
  groupRef: { name: "team" },
  incomingAuth: { type: "anonymous" },
  ...given,
});
const optimizer = (given: Block): Block => gateway({ config: { optimizer: given } });
const openai = (embeddingHeaders: Block): Block =>
  optimizer({ embeddingProvider: "openai", embeddingHeaders });
const OPTIMIZER = "spec.config.optimizer";

const optimizerCases: readonly Case[] = [
  {
    what: "openai needs no EmbeddingServer",
    spec: optimizer({ embeddingProvider: "openai", embeddingService: "https://api.example.com" }),
  },
  {
    what: "headers are not for the provider that is the default",
    spec: optimizer({ embeddingHeaders: { "X-Key": "value" } }),
    refusedAt: OPTIMIZER,
  },
  {
    what: "a header may not be one that the gateway sets itself",
    spec: openai({ "CONTENT-TYPE": "text/plain" }),
    refusedAt: OPTIMIZER,
  },
  {
    what: "a header may not begin another line",
    spec: openai({ "X-Key": "value\nX-Other: value" }),
    refusedAt: `${OPTIMIZER}.embeddingHeaders.X-Key`,
  },
  { what: "a header may have a tab in it", spec: openai({ "X-Key": "one\ttwo" }) },
];

const storage = (given: Block): Block => ({ sessionStorage: given });
const storageCases = (spec: (given: Block) => Block): readonly Case[] => [
  { what: "memory needs no address", spec: spec(storage({ provider: "memory" })) },
  {
    what: "an empty address is none",
    spec: spec(storage({ provider: "redis", address: "" })),
    refusedAt: "spec.sessionStorage.address",
  },
  {
    what: "a database has no negative number",
    spec: spec(storage({ provider: "redis", address: "redis:6379", db: -1 })),
    refusedAt: "spec.sessionStorage.db",
  },
  { what: "replicas may be left out", spec: spec({}) },
  { what: "replicas may be none", spec: spec({ replicas: 0 }) },
  { what: "replicas are not negative", spec: spec({ replicas: -1 }), refusedAt: "spec.replicas" },
];

const server = (given: Block): Block => ({ image: "example.com/server:1", ...given });
const serverCases: readonly Case[] = [
  ...storageCases(server),
  {
    what: "servers behind it may have a number of their own",
    spec: server({ backendReplicas: 2 }),
  },
  {
    what: "servers behind it are not of a negative number",
    spec: server({ backendReplicas: -1 }),
    refusedAt: "spec.backendReplicas",
  },
  {
    what: "policies in the one form and of the other type break two rules at once",
    spec: server({ authzConfig: { type: "configMap", inline: { policies: ["permit;"] } } }),
    refusedAt: "spec.authzConfig",
  },
];

const proxy = (given: Block): Block => ({ remoteUrl: "https://example.com/mcp", ...given });
const proxyCases: readonly Case[] = [
  ...storageCases(proxy),
  {
    what: "an address is one of the web",
    spec: { remoteUrl: "ftp://example.com/mcp" },
    refusedAt: "spec.remoteUrl",
  },
];

const TENANT = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
const obo = (given: Block): Block => ({ type: "obo", obo: given });
const oboWhole: Block = {
  authority: "https://login.example.com",
  tenantId: TENANT,
  clientId: "gateway",
  clientSecretRef: { name: "login", key: "secret" },
  audience: "api",
  scopes: ["api/.default"],
  subjectTokenProviderName: "login",
  cacheSkew: "30s",
};
const taken = (what: string, given: Block): Case => ({ what, spec: obo(given) });
const refused = (what: string, field: string, value: unknown, at = field): Case => ({
  what,
  spec: obo({ ...oboWhole, [field]: value }),
  refusedAt: `spec.obo.${at}`,
});

const oboCases: readonly Case[] = [
  taken("the on-behalf-of grant with everything", oboWhole),
  taken("a tenant by its id", { tenantId: TENANT }),
  taken("a tenant by its domain", { tenantId: "contoso.onmicrosoft.com" }),
  taken("an authority with a port and a path", {
    authority: "https://login.example.com:8443/base",
  }),
  taken("the on-behalf-of grant with nothing", {}),
  taken("a client without a secret", { tenantId: TENANT, clientId: "gateway" }),
  taken("no scopes", { tenantId: TENANT, scopes: [] }),
  taken("any text as a length of time", { tenantId: TENANT, cacheSkew: "soon" }),
  refused("a tenant of one word", "tenantId", "common"),
  refused("a tenant with a slash", "tenantId", "contoso.com/other"),
  refused("a tenant that is nearly an id", "tenantId", TENANT.slice(1)),
  refused("an empty tenant", "tenantId", ""),
  refused("an authority without encryption", "authority", "http://login.example.com"),
  refused("an authority that ends in a slash", "authority", "https://login.example.com/"),
  refused("an authority with a query", "authority", "https://login.example.com?a=b"),
  refused("an authority with a fragment", "authority", "https://login.example.com#a"),
  refused("an authority with a user", "authority", "https://user@login.example.com"),
  refused("a provider with capitals", "subjectTokenProviderName", "Login"),
  refused("a tenant that is too long", "tenantId", `${"a".repeat(60)}.`.repeat(5).concat("com")),
  refused(
    "too many scopes",
    "scopes",
    Array.from({ length: 21 }, (_, at) => `scope-${at}`),
  ),
  refused("a scope that is too long", "scopes", ["a".repeat(257)], "scopes[0]"),
  refused("an empty scope", "scopes", [""], "scopes[0]"),
];

const AUTH_SERVER = "spec.embeddedAuthServer";
const issuers = (given: Block): Block => ({
  type: "embeddedAuthServer",
  embeddedAuthServer: authServer({
    trustedIssuers: [{ issuerUrl: "https://partner.example.com", ...given }],
  }),
});
const grant = (acceptedAudiences?: readonly string[]): Block => ({
  maxAssertionAge: "5m",
  subjectBindings: [{ subject: "robot", allowedResources: ["https://api.example.com"] }],
  ...(acceptedAudiences && { acceptedAudiences }),
});

const grantCases: readonly Case[] = [
  { what: "an issuer of assertions alone", spec: issuers({ jwtBearerGrant: grant() }) },
  {
    what: "audiences of assertions",
    spec: issuers({ jwtBearerGrant: grant(["https://auth.example.com/token"]) }),
  },
  {
    what: "an audience that is no address",
    spec: issuers({ jwtBearerGrant: grant(["everybody"]) }),
    refusedAt: `${AUTH_SERVER}.trustedIssuers[0].jwtBearerGrant.acceptedAudiences[0]`,
  },
  {
    what: "assertions, and actors for nobody",
    spec: issuers({ jwtBearerGrant: grant(), allowedActors: ["agent"] }),
    refusedAt: `${AUTH_SERVER}.trustedIssuers[0]`,
  },
];

const webhook = (url: string): Block => ({ validating: [{ name: "ask", url }] });
const webhookCases: readonly Case[] = [
  { what: "webhooks that change alone", spec: { mutating: [{ name: "a", url: "https://a.b/c" }] } },
  {
    what: "a webhook that is nowhere",
    spec: webhook("nowhere"),
    refusedAt: "spec.validating[0].url",
  },
];

const of = (kind: string, cases: readonly Case[]): AdmissionCase[] =>
  cases.map((one) => ({ kind, ...one }));

/** Specs that admission answers the same everywhere, by kind. */
export const ADMISSION_CASES: readonly AdmissionCase[] = [
  ...of("VirtualMCPServer", [...optimizerCases, ...storageCases(gateway)]),
  ...of("MCPServer", serverCases),
  ...of("MCPRemoteProxy", proxyCases),
  ...of("MCPExternalAuthConfig", [...oboCases, ...grantCases]),
  ...of("MCPWebhookConfig", webhookCases),
];
