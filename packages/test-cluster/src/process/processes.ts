import { readdir, readFile } from "node:fs/promises";
import { run } from "./run.ts";

/** A process of this machine and its command line. */
export interface RunningProcess {
  readonly pid: number;
  readonly command: string;
}

/** Every process but this one; from /proc where there is one, since a slim Linux may lack `ps`. */
export async function processes(): Promise<RunningProcess[]> {
  const all = process.platform === "linux" ? await fromProc() : await fromPs();
  return all.filter(({ pid }) => pid !== process.pid);
}

async function fromProc(): Promise<RunningProcess[]> {
  const names = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  return Promise.all(
    names.map(async (name) => {
      const command = await readFile(`/proc/${name}/cmdline`, "utf8").catch(() => "");
      return { pid: Number(name), command: command.replaceAll("\0", " ") };
    }),
  );
}

async function fromPs(): Promise<RunningProcess[]> {
  const lines = (await run("ps", ["-A", "-o", "pid=,args="])).trim().split("\n");
  return lines.map((line) => {
    const [, pid = "", command = ""] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    return { pid: Number(pid), command };
  });
}

/** Kills every process whose command line names a folder: all programs of a cluster are started that way. */
export async function killUsersOf(folder: string): Promise<void> {
  for (const { pid, command } of await processes()) {
    if (command.includes(folder)) kill(pid);
  }
}

/** Kills a process, if it is still there. */
export function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Whether a process with this id runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
