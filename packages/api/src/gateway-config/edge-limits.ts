import * as z from "zod";
import { DurationText } from "./duration-text.ts";

const MEBIBYTE = 1024 * 1024;

/** How much one request may ask of the gateway; more is refused before it is read. */
export const EdgeLimits = z.strictObject({
  maxBodyBytes: z
    .int()
    .min(1024)
    .max(1024 * MEBIBYTE)
    .default(8 * MEBIBYTE)
    .describe("Size of a request body in bytes."),
  maxHeaderBytes: z
    .int()
    .min(1024)
    .max(MEBIBYTE)
    .default(16_384)
    .describe("Size of all headers of a request together, in bytes."),
  maxBatch: z.int().min(1).max(10_000).default(100).describe("Messages in one JSON-RPC batch."),
  maxNesting: z
    .int()
    .min(8)
    .max(1_000)
    .default(64)
    .describe("Depth to which JSON values in a request may be nested."),
  maxNameLength: z
    .int()
    .min(16)
    .max(65_536)
    .default(1_024)
    .describe("Characters in the name of a tool or prompt."),
});
export type EdgeLimits = z.infer<typeof EdgeLimits>;

/** How many sessions there may be, and how long an idle one lives. */
export const SessionLimits = z.strictObject({
  max: z
    .int()
    .min(1)
    .max(10_000_000)
    .optional()
    .describe(
      "Sessions that one process begins and holds; one more is refused until another ends. As many as its memory is for when omitted: 12288 for 512 MiB, 32 KiB for each further one.",
    ),
  maxPerUser: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(1_000)
    .describe(
      "Sessions of one user in all processes on one `sessionStorage`; of users who signed in, not of `local` and `anonymous` ones.",
    ),
  maxPerUserPerMinute: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(600)
    .describe("Sessions that such a user may begin within a minute."),
  idleTimeout: DurationText.default("30m").describe(
    "Time without a request after which a session ends.",
  ),
});
export type SessionLimits = z.infer<typeof SessionLimits>;

/** How many child processes `stdio` backends may have, and how long an idle one lives. */
export const ProcessLimits = z.strictObject({
  max: z
    .int()
    .min(1)
    .max(100_000)
    .default(100)
    .describe("Child processes at a time, over all backends and sessions."),
  idleTimeout: DurationText.default("10m").describe(
    "Time without a call after which a session's process is stopped.",
  ),
});
export type ProcessLimits = z.infer<typeof ProcessLimits>;
