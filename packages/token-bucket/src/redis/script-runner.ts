import { createHash } from "node:crypto";

/** A Lua script as a server knows it: by its text once, and then by its SHA-1. */
export interface Script {
  readonly text: string;
  readonly sha1: string;
}

/**
 * What the store needs of a Redis client, as `@headgate/redis` has it: run one script where its keys live (all in one
 * slot), once at most, and reject at the deadline at the latest.
 */
export interface ScriptRunner {
  run(
    script: Script,
    keys: readonly string[],
    args: readonly string[],
    options: { readonly deadlineMs: number },
  ): Promise<unknown>;
}

/** Names a text by its SHA-1, once. */
export function scriptOf(text: string): Script {
  return { text, sha1: createHash("sha1").update(text).digest("hex") };
}
