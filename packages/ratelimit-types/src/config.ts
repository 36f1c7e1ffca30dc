import { listMap, withRules } from "@headgate/kube-schema";
import * as z from "zod";
import { RateLimitBucket } from "./bucket.ts";
import { LimitMode, LimitRejection, OnStoreFailure } from "./policy.ts";
import { RateLimitRule } from "./rule.ts";

/** The limits of one tool, on top of those of the whole server. */
export const ToolRateLimitConfig = withRules(
  z.strictObject({
    name: z.string().min(1).describe("Tool the limits apply to, by the name clients call it."),
    shared: RateLimitBucket.optional().describe("Bucket that all callers of this tool draw from."),
    perUser: RateLimitBucket.optional().describe(
      "Bucket that each authenticated user has of their own for this tool.",
    ),
  }),
  [
    {
      cel: "has(self.shared) || has(self.perUser)",
      message: "at least one of shared or perUser must be configured",
      holds: ({ shared, perUser }) => shared !== undefined || perUser !== undefined,
    },
  ],
);
export type ToolRateLimitConfig = z.infer<typeof ToolRateLimitConfig>;

const filled = (list: readonly unknown[] | undefined): boolean =>
  list !== undefined && list.length > 0;

/** The limits of one server: a call passes only when every bucket that applies to it has a token. */
export const RateLimitConfig = withRules(
  z.strictObject({
    shared: RateLimitBucket.optional().describe("Bucket that all tool calls draw from."),
    perUser: RateLimitBucket.optional().describe(
      "Bucket that each authenticated user has of their own.",
    ),
    tools: listMap(ToolRateLimitConfig, ["name"])
      .optional()
      .describe("Further limits for single tools."),
    rules: listMap(RateLimitRule, ["name"])
      .max(64)
      .optional()
      .describe("Limits in their general form: any method, names by pattern, costs."),
    mode: LimitMode.optional().describe(
      "`Audit` lets every call through and only reports what would have been refused; `Enforce` when omitted.",
    ),
    onStoreFailure: OnStoreFailure.optional().describe(
      "What limits do while Redis cannot be asked; `local` when omitted.",
    ),
    rejection: LimitRejection.optional().describe(
      "How a refusal is told to the client; `result` when omitted.",
    ),
    exposeQuota: z
      .boolean()
      .optional()
      .describe("Puts the limits, what is left and when it is full again into every answer."),
  }),
  [
    {
      // The sentence is upstream's, whose rule knows no `rules`: scripts look for it.
      cel: "has(self.shared) || has(self.perUser) || (has(self.tools) && size(self.tools) > 0) || (has(self.rules) && size(self.rules) > 0)",
      message: "at least one of shared, perUser, or tools must be configured",
      holds: ({ shared, perUser, tools, rules }) =>
        shared !== undefined || perUser !== undefined || filled(tools) || filled(rules),
    },
  ],
);
export type RateLimitConfig = z.infer<typeof RateLimitConfig>;
