import * as z from "zod";

const LogRecord = z.discriminatedUnion("msg", [
  z.object({ msg: z.literal("listening"), url: z.string() }),
  z.object({
    msg: z.literal("call"),
    time: z.string(),
    client: z.string().optional(),
    method: z.string(),
    target: z.string().optional(),
    backend: z.string().optional(),
    outcome: z.string(),
    seconds: z.number(),
  }),
  z.object({ msg: z.literal("backend is healthy"), time: z.string(), backend: z.string() }),
  z.object({
    msg: z.literal("backend is not healthy"),
    time: z.string(),
    backend: z.string(),
    reason: z.string().optional(),
  }),
  z.object({
    msg: z.literal("backend process wrote to stderr"),
    backend: z.string(),
    line: z.string(),
  }),
]);
/** What the demo reads in the gateway's log. */
export type LogRecord = z.infer<typeof LogRecord>;
/** One call that went through the gateway. */
export type CallRecord = Extract<LogRecord, { msg: "call" }>;

/** Reads one line of the gateway's log; nothing for a line that the demo has no use for. */
export function readLogLine(line: string): LogRecord | undefined {
  try {
    return LogRecord.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
