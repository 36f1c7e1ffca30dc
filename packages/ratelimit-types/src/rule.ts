import { boundedText, withRules } from "@headgate/kube-schema";
import * as z from "zod";
import { RateLimitBucket } from "./bucket.ts";
import { LimitMode, OnStoreFailure } from "./policy.ts";

/** The JSON-RPC methods that a limit can be over. */
export const LimitedMethod = z.enum([
  "tools/call",
  "prompts/get",
  "resources/read",
  "completion/complete",
  "resources/subscribe",
  "resources/unsubscribe",
  "tools/list",
  "prompts/list",
  "resources/list",
  "resources/templates/list",
  "logging/setLevel",
]);
export type LimitedMethod = z.infer<typeof LimitedMethod>;

/** A pattern in which `*` stands for any text and `?` for any one character; brackets, braces and backslash are kept for later. */
export const NameGlob = boundedText(256)
  .min(1)
  .regex(/^[^[\]{}\\]+$/, {
    error: "may not contain [ ] { } or \\; * stands for any text, ? for any one character",
  });

/** Which requests a rule is over: everything that is given must match. */
export const RateLimitMatch = z.strictObject({
  operations: z
    .array(LimitedMethod)
    .min(1)
    .max(16)
    .optional()
    .describe("JSON-RPC methods; `tools/call` alone when omitted."),
  names: z
    .array(NameGlob)
    .min(1)
    .max(64)
    .optional()
    .describe(
      "Globs over the advertised name of the tool or prompt, or the URI of the resource; `*` stands for any text, `?` for one character.",
    ),
  backends: z
    .array(boundedText(253).min(1))
    .min(1)
    .max(64)
    .optional()
    .describe("Names of the backends that answer the request."),
});
export type RateLimitMatch = z.infer<typeof RateLimitMatch>;

/** A limit in its general form: what it is over, whose bucket it draws from, and how much. */
export const RateLimitRule = withRules(
  z.strictObject({
    name: boundedText(63)
      .min(1)
      .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/)
      .describe("Name of the limit in refusals, metrics and logs."),
    match: RateLimitMatch.optional().describe("Requests it is over; all tool calls when omitted."),
    per: z
      .array(z.enum(["user"]))
      .max(1)
      .optional()
      .describe("What has a bucket of its own; one bucket for all callers when empty."),
    bucket: RateLimitBucket.describe("How much there is of it."),
    cost: z
      .int32()
      .min(1)
      .meta({ format: "int32" })
      .optional()
      .describe("Tokens that one request takes; 1 when omitted."),
    mode: LimitMode.optional().describe("Overrides `mode` of the whole block for this rule."),
    onStoreFailure: OnStoreFailure.optional().describe(
      "Overrides `onStoreFailure` of the whole block for this rule.",
    ),
  }),
  [
    {
      cel: "!has(self.cost) || self.cost <= self.bucket.maxTokens",
      message: "cost must not be more than bucket.maxTokens, or no request would ever pass",
      holds: ({ cost, bucket }) => cost === undefined || cost <= bucket.maxTokens,
    },
  ],
);
export type RateLimitRule = z.infer<typeof RateLimitRule>;
