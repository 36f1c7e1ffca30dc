import * as z from "zod";

/** A record of who did what. */
export const Audit = z.strictObject({
  enabled: z.boolean().default(false).describe("Whether events are recorded."),
  component: z.string().optional().describe("Name of this gateway in events."),
  eventTypes: z
    .array(z.string())
    .optional()
    .describe("The only types recorded; all when empty or omitted."),
  excludeEventTypes: z
    .array(z.string())
    .optional()
    .describe("Types never recorded, even if named in `eventTypes`."),
  includeRequestData: z.boolean().default(false).describe("Records what requests carry."),
  includeResponseData: z.boolean().default(false).describe("Records what answers carry."),
  detectApplicationErrors: z
    .boolean()
    .default(true)
    .describe("Looks into answers so that a tool's own errors count as failures."),
  maxDataSize: z.int().default(1024).describe("Bytes of a request or answer that are recorded."),
  maxDelegationDepth: z
    .int()
    .min(1)
    .default(10)
    .describe("Links of a delegation chain that are recorded."),
  logFile: z
    .string()
    .optional()
    .describe("File events are appended to; standard output when empty or omitted."),
});
export type Audit = z.infer<typeof Audit>;
