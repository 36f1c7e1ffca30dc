import { authServer, authServerCases } from "./auth-server.ts";
import { type Block, casesAt, type RuleCase } from "./rule-case.ts";
import { trustedIssuerCases } from "./trusted-issuer.ts";

const kind = "MCPExternalAuthConfig";
const secret: Block = { name: "secret", key: "value" };

const BLOCKS: Readonly<Record<string, Block>> = {
  tokenExchange: { tokenUrl: "https://login.example.com/token", audience: "api" },
  headerInjection: { headerName: "X-Api-Key", valueSecretRef: secret },
  bearerToken: { tokenSecretRef: secret },
  embeddedAuthServer: authServer(),
  awsSts: { region: "eu-west-1" },
  upstreamInject: { providerName: "login" },
  obo: { tenantId: "example.com" },
  xaa: {
    idpTokenUrl: "https://login.example.com/token",
    targetTokenUrl: "https://api.example.com/token",
    targetAudience: "api",
  },
};

const iffType = (name: string) =>
  `${name} configuration must be set if and only if type is '${name}'`;

const typeCases = Object.entries(BLOCKS).flatMap(([name, block]): RuleCase[] => [
  {
    kind,
    at: "spec",
    message: iffType(name),
    accepted: { type: name, [name]: block },
    refused: { type: name },
  },
  {
    kind,
    at: "spec",
    message: "no configuration must be set when type is 'unauthenticated'",
    accepted: { type: "unauthenticated" },
    refused: { type: "unauthenticated", [name]: block },
    alongside: [iffType(name)],
  },
]);

/** Cases of MCPExternalAuthConfig. */
export const externalAuthCases: readonly RuleCase[] = [
  ...typeCases,
  ...casesAt(
    {
      kind,
      at: "spec.embeddedAuthServer",
      spec: (embeddedAuthServer) => ({ type: "embeddedAuthServer", embeddedAuthServer }),
    },
    [...authServerCases, ...trustedIssuerCases],
  ),
];
