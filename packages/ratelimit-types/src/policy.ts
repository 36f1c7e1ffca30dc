import * as z from "zod";

/** Whether a refusal stops the call, or is only counted and logged as one that would have. */
export const LimitMode = z.enum(["Enforce", "Audit"]);
export type LimitMode = z.infer<typeof LimitMode>;

/**
 * What a limit does while the store that all replicas share cannot be asked: `local`, each process enforces the whole
 * limit by itself; `open`, calls pass; `closed`, calls are refused.
 */
export const OnStoreFailure = z.enum(["local", "open", "closed"]);
export type OnStoreFailure = z.infer<typeof OnStoreFailure>;

/**
 * How a refusal is told: `result`, a tool result with `isError` (JSON-RPC error for other methods); `error`, a
 * JSON-RPC error 429 in HTTP 200; `http429`, the same error with HTTP status 429.
 */
export const LimitRejection = z.enum(["result", "error", "http429"]);
export type LimitRejection = z.infer<typeof LimitRejection>;
