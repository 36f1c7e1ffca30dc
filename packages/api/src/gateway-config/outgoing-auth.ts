import { atomicList } from "@headgate/kube-schema";
import * as z from "zod";
import { Obo, TokenExchange, Xaa } from "./token-grants.ts";

/** One header that is added to every request to a backend. */
export const HeaderInjection = z.strictObject({
  headerName: z.string().describe("Name of the header."),
  headerValue: z
    .string()
    .optional()
    .describe("Its value in plain text; for secrets use `headerValueEnv`."),
  headerValueEnv: z.string().optional().describe("Environment variable that holds the value."),
});
export type HeaderInjection = z.infer<typeof HeaderInjection>;

/** Passing on the token that an upstream provider issued. */
export const UpstreamInject = z.strictObject({
  providerName: z.string().describe("Upstream provider whose token is passed on."),
});
export type UpstreamInject = z.infer<typeof UpstreamInject>;

/** One rule that gives callers an AWS role. */
export const AwsRoleMapping = z.strictObject({
  claim: z.string().optional().describe("Value of the role claim that this rule is for."),
  matcher: z.string().optional().describe("CEL expression over the claims, in place of `claim`."),
  roleArn: z.string().describe("Role that a matching caller assumes."),
  priority: z.int().optional().describe("Rank among matching rules; the lowest number wins."),
});
export type AwsRoleMapping = z.infer<typeof AwsRoleMapping>;

/** Signing of requests with temporary AWS credentials. */
export const AwsSts = z.strictObject({
  region: z.string().describe("AWS region of the backend."),
  service: z.string().optional().describe("AWS service name that requests are signed for."),
  fallbackRoleArn: z.string().optional().describe("Role for callers that no mapping matches."),
  roleMappings: atomicList(AwsRoleMapping).optional().describe("Rules that give callers a role."),
  roleClaim: z.string().optional().describe("Claim that the mappings' `claim` is compared with."),
  sessionDuration: z
    .int32()
    .meta({ format: "int32" })
    .optional()
    .describe("Lifetime of the credentials in seconds."),
  sessionNameClaim: z.string().optional().describe("Claim that names the AWS session."),
  subjectProviderName: z
    .string()
    .optional()
    .describe("Upstream provider whose token proves the caller's identity."),
});
export type AwsSts = z.infer<typeof AwsSts>;

/** How the gateway identifies itself to one backend: a type and the block that belongs to it. */
export const BackendAuthStrategy = z.strictObject({
  type: z
    .string()
    .describe(
      "`unauthenticated`, `header_injection`, `token_exchange`, `upstream_inject`, `aws_sts`, `obo` or `xaa`.",
    ),
  headerInjection: HeaderInjection.optional().describe("For `header_injection`: the header."),
  tokenExchange: TokenExchange.optional().describe("For `token_exchange`: the exchange."),
  upstreamInject: UpstreamInject.optional().describe("For `upstream_inject`: the provider."),
  awsSts: AwsSts.optional().describe("For `aws_sts`: roles and signing."),
  obo: Obo.optional().describe("For `obo`: the on-behalf-of grant."),
  xaa: Xaa.optional().describe("For `xaa`: the two grants across applications."),
});
export type BackendAuthStrategy = z.infer<typeof BackendAuthStrategy>;

/** How the gateway identifies itself to its backends. */
export const OutgoingAuth = z.strictObject({
  source: z
    .string()
    .describe(
      "`inline`: the strategies below; `discovered`: each backend's own Kubernetes configuration.",
    ),
  default: BackendAuthStrategy.optional().describe(
    "Strategy for backends that have none of their own.",
  ),
  backends: z
    .record(z.string(), BackendAuthStrategy)
    .optional()
    .describe("Strategies by backend name."),
});
export type OutgoingAuth = z.infer<typeof OutgoingAuth>;
