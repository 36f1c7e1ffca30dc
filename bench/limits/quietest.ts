import type { LoopFigures } from "./closed-loop.ts";

/**
 * A figure of the round in which it was best: what else runs on the machine can only make it worse, and in another
 * round for each contestant.
 */
export function quietest(rounds: readonly LoopFigures[], figure: keyof LoopFigures): number {
  const values = rounds.map((round) => round[figure]);
  return figure === "perSecond" ? Math.max(...values) : Math.min(...values);
}
