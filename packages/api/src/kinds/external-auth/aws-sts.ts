import { atomicList, re2Text } from "@headgate/kube-schema";
import * as z from "zod";
import { Count } from "../blocks/integer.ts";

const RoleArn = re2Text(
  String.raw`^arn:(aws|aws-cn|aws-us-gov):iam::\d{12}:role/[\w+=,.@\-_/]+$`,
  "must be the ARN of an IAM role",
);

/** A rule that gives callers an AWS role. */
export const AwsRoleRule = z.strictObject({
  claim: z.string().min(1).optional().describe("Value of the role claim this rule is for."),
  matcher: z
    .string()
    .min(1)
    .optional()
    .describe("CEL expression over the claims, in place of `claim`."),
  roleArn: RoleArn.describe("Role that a matching caller assumes."),
  priority: Count.optional().describe("Rank among matching rules; the lowest number wins."),
});
export type AwsRoleRule = z.infer<typeof AwsRoleRule>;

/** Signing of requests with temporary AWS credentials. */
export const AwsStsAuth = z.strictObject({
  region: re2Text(String.raw`^[a-z]{2}(-[a-z]+)+-\d+$`, 'must be an AWS region such as "eu-west-1"')
    .min(1)
    .describe("AWS region of the backend."),
  service: z.string().default("aws-mcp").describe("AWS service that requests are signed for."),
  fallbackRoleArn: RoleArn.optional().describe("Role for callers that no rule matches."),
  roleMappings: atomicList(AwsRoleRule).optional().describe("Rules that give callers a role."),
  roleClaim: z.string().default("groups").describe("Claim that rules' `claim` is compared with."),
  sessionDuration: z
    .int32()
    .min(900)
    .max(43_200)
    .meta({ format: "int32" })
    .default(3_600)
    .describe("Lifetime of the credentials in seconds."),
  sessionNameClaim: z.string().default("sub").describe("Claim that names the AWS session."),
  subjectProviderName: z
    .string()
    .optional()
    .describe("Upstream provider whose token proves who the caller is."),
});
export type AwsStsAuth = z.infer<typeof AwsStsAuth>;
