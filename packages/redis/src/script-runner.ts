import type { RedisArgument, Reply } from "./connection.ts";
import { RedisError } from "./error.ts";
import type { Script } from "./script.ts";

/** Sends one command of a call whose deadline is set. */
export type Send = (command: string, args: readonly RedisArgument[]) => Promise<Reply>;

/**
 * Runs scripts by name, and gives Redis the text when it does not have it. A connection keeps its order: while one
 * call sends the text, others that failed are sent again by name right behind it and find it there, so that 200 calls
 * in flight cost one text and one round trip more.
 */
export class ScriptRunner {
  readonly #loading = new Set<string>();
  readonly #loaded: () => void;

  constructor(loaded: () => void) {
    this.#loaded = loaded;
  }

  /** The reply, or what `send` rejects with. */
  run(
    script: Script,
    keys: readonly string[],
    args: readonly RedisArgument[],
    send: Send,
  ): Promise<Reply> {
    const rest = [keys.length, ...keys, ...args];
    return send("EVALSHA", [script.sha1, ...rest]).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
      return this.#again(script, hashTag(keys[0] ?? ""), rest, send);
    });
  }

  async #again(
    script: Script,
    tag: string,
    rest: readonly RedisArgument[],
    send: Send,
  ): Promise<Reply> {
    // Calls of one hash tag go to one node; those of others may go to a node that does not have the text yet.
    const place = `${script.sha1} ${tag}`;
    if (!this.#loading.has(place)) return this.#load(script, place, rest, send);
    try {
      return await send("EVALSHA", [script.sha1, ...rest]);
    } catch (error) {
      if (!isMissing(error)) throw error;
      // Flushed again meanwhile.
      return this.#load(script, place, rest, send);
    }
  }

  async #load(
    script: Script,
    place: string,
    rest: readonly RedisArgument[],
    send: Send,
  ): Promise<Reply> {
    this.#loading.add(place);
    this.#loaded();
    try {
      return await send("EVAL", [script.text, ...rest]);
    } finally {
      this.#loading.delete(place);
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof RedisError && error.code === "no-script";
}

function hashTag(key: string): string {
  return /\{([^}]+)\}/.exec(key)?.[1] ?? key;
}
