import { type PatternNames, structuralSchema } from "@headgate/kube-schema";
import { RateLimitRule } from "@headgate/ratelimit-types";
import type * as z from "zod";
import { DurationText } from "../src/gateway-config/duration-text.ts";
import { AuthzConfig } from "../src/kinds/blocks/authz-config.ts";
import { Condition } from "../src/kinds/blocks/status.ts";
import {
  HttpsUrl,
  HttpUrl,
  IssuerUrl,
  ProviderName,
  RemoteUrl,
  ResourceUrl,
} from "../src/kinds/blocks/text-pattern.ts";
import { OidcUpstream } from "../src/kinds/embedded-auth-server/upstream-provider.ts";
import { AwsRoleRule, AwsStsAuth } from "../src/kinds/external-auth/aws-sts.ts";
import { OboAuth } from "../src/kinds/external-auth/token-grants.ts";

const pattern = (schema: z.ZodType) => structuralSchema(schema).pattern ?? "";

const LABEL = "lower-case letters, digits and inner hyphens";

/** What the pages call the patterns that occur again and again, or that nobody wants to read. */
export const PATTERN_NAMES: PatternNames = {
  [pattern(DurationText)]: "a duration",
  [pattern(HttpUrl)]: "an http or https URL",
  [pattern(RemoteUrl)]: "an http or https URL",
  [pattern(HttpsUrl)]: "an https URL",
  [pattern(IssuerUrl)]: "an http or https URL without query, fragment and trailing slash",
  [pattern(ResourceUrl)]: "an http or https URL without spaces",
  [pattern(ProviderName)]: LABEL,
  [pattern(RateLimitRule.shape.name)]: LABEL,
  [pattern(Condition.shape.type)]: "a condition type",
  [pattern(Condition.shape.reason)]: "one word",
  [pattern(AuthzConfig.shape.groupEntityType)]: "letters, digits and _, no digit first",
  [pattern(OidcUpstream.shape.subjectClaim)]: "letters, digits and _, no digit first, or nothing",
  [pattern(AwsStsAuth.shape.region)]: "an AWS region",
  [pattern(AwsRoleRule.shape.roleArn)]: "the ARN of an IAM role",
  [pattern(OboAuth.shape.tenantId)]: "a UUID or a domain name",
};
