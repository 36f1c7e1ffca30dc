import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";

/** Which side of the measurement a process is on; each side has a core of its own where that can be had. */
export type Side = "gateway" | "load";

const CORE: Readonly<Record<Side, string>> = { gateway: "0", load: "1" };

/** Whether processes can be pinned here: two cores and taskset (Linux). */
export const canPin =
  availableParallelism() >= 2 && spawnSync("taskset", ["-c", CORE.load, "true"]).status === 0;

/** The command line that runs `command` on its side's core; taskset becomes the program, so the pid is the program's. */
export function pinned(
  side: Side,
  command: readonly [string, ...string[]],
): readonly [string, ...string[]] {
  return canPin ? ["taskset", "-c", CORE[side], ...command] : command;
}
