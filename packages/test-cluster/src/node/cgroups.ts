import { existsSync, globSync } from "node:fs";
import { readFile, rmdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { kill } from "../process/processes.ts";
import { plan } from "./plan.ts";

/** The control groups of Pods, one per hierarchy of version 1, or the one of version 2. */
export function podCgroups(): string[] {
  return globSync(`/sys/fs/cgroup/{,*/}${plan.cgroup}`);
}

/** Kills every process in Pods and removes their control groups. */
export async function removePodCgroups(): Promise<void> {
  const deadlineMs = performance.now() + 10_000;
  while (podCgroups().length > 0 && performance.now() < deadlineMs) {
    for (const root of podCgroups()) {
      const folders = globSync(`${root}/**/`);
      // The deepest first: a group with others below cannot be removed.
      for (const folder of [...folders, root].toSorted((a, b) => b.length - a.length)) {
        await killMembers(folder);
        await rmdir(folder).catch(() => undefined);
      }
    }
    if (podCgroups().length > 0) await sleep(50);
  }
}

async function killMembers(folder: string): Promise<void> {
  const file = `${folder}/cgroup.procs`;
  if (!existsSync(file)) return;
  const members = (await readFile(file, "utf8").catch(() => "")).split("\n").filter(Boolean);
  // 0 stands for a process that this namespace cannot see.
  for (const member of members) if (member !== "0") kill(Number(member));
}
