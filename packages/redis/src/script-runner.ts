import type { RedisArgument, Reply } from "./connection.ts";
import { RedisError } from "./error.ts";
import type { Script } from "./script.ts";

/** Sends one command of a call whose deadline is set; it may keep `args`. */
export type Send = (command: string, args: string[]) => Promise<Reply>;

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
    return send("EVALSHA", argumentsOf(script.sha1, keys, args)).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
      return this.#again(script, keys, args, send);
    });
  }

  async #again(
    script: Script,
    keys: readonly string[],
    args: readonly RedisArgument[],
    send: Send,
  ): Promise<Reply> {
    // Calls of one hash tag go to one node; those of others may go to a node that does not have the text yet.
    const place = `${script.sha1} ${hashTag(keys[0] ?? "")}`;
    const load = (): Promise<Reply> =>
      this.#load(place, () => send("EVAL", argumentsOf(script.text, keys, args)));
    if (!this.#loading.has(place)) return load();
    try {
      return await send("EVALSHA", argumentsOf(script.sha1, keys, args));
    } catch (error) {
      if (!isMissing(error)) throw error;
      // Flushed again meanwhile.
      return load();
    }
  }

  async #load(place: string, sendText: () => Promise<Reply>): Promise<Reply> {
    this.#loading.add(place);
    this.#loaded();
    try {
      return await sendText();
    } finally {
      this.#loading.delete(place);
    }
  }
}

function argumentsOf(
  script: string,
  keys: readonly string[],
  args: readonly RedisArgument[],
): string[] {
  const all = [script, String(keys.length), ...keys];
  for (const arg of args) all.push(typeof arg === "string" ? arg : String(arg));
  return all;
}

function isMissing(error: unknown): boolean {
  return error instanceof RedisError && error.code === "no-script";
}

function hashTag(key: string): string {
  return /\{([^}]+)\}/.exec(key)?.[1] ?? key;
}
