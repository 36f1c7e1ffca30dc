import { LOG_LEVELS } from "../rpc/log-level.ts";

/** The log level that each member of a shared session chose; the server has one for all. */
class LogLevels<M> {
  readonly #chosen = new Map<M, number>();

  /** Notes a member's choice; the level that the server is to have, or `undefined` for a level that is none. */
  choose(member: M, level: string): string | undefined {
    const rank = rankOf(level);
    if (rank === -1) return undefined;
    this.#chosen.set(member, rank);
    return LOG_LEVELS[Math.min(...this.#chosen.values())];
  }

  leave(member: M): void {
    this.#chosen.delete(member);
  }

  /** Whether a member wants a line of this level; without a choice it gets what the server sends. */
  wants(member: M, level: string): boolean {
    const rank = rankOf(level);
    return rank === -1 || rank >= (this.#chosen.get(member) ?? 0);
  }
}

function rankOf(level: string): number {
  return LOG_LEVELS.indexOf(level);
}

export { LogLevels };
