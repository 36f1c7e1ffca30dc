import * as z from "zod";

/** Where sessions and limits are kept. */
export const SessionStorage = z.strictObject({
  provider: z
    .enum(["memory", "redis"])
    .describe("In this process, or in a Redis that many gateways share."),
  address: z.string().optional().describe("For `redis`: host and port."),
  db: z
    .int32()
    .min(0)
    .meta({ format: "int32" })
    .default(0)
    .describe("For `redis`: number of the database."),
  keyPrefix: z
    .string()
    .optional()
    .describe("For `redis`: text that every key starts with, ending with a colon."),
});
export type SessionStorage = z.infer<typeof SessionStorage>;
