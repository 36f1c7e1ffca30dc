import { listMap, withRules } from "@headgate/kube-schema";
import * as z from "zod";
import { RateLimitBucket } from "./bucket.ts";

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
  }),
  [
    {
      cel: "has(self.shared) || has(self.perUser) || (has(self.tools) && size(self.tools) > 0)",
      message: "at least one of shared, perUser, or tools must be configured",
      holds: ({ shared, perUser, tools }) =>
        shared !== undefined || perUser !== undefined || (tools !== undefined && tools.length > 0),
    },
  ],
);
export type RateLimitConfig = z.infer<typeof RateLimitConfig>;
