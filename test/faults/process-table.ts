import { execFile } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const SAMPLE_MS = 50;
const KIB = 1024;

/** The resident memory of a process in bytes. */
export async function rssBytes(pid: number): Promise<number> {
  const { stdout } = await run("ps", ["-o", "rss=", "-p", String(pid)]);
  return Number(stdout) * KIB;
}

/** The processes that `pid` is the parent of. */
export async function childrenOf(pid: number): Promise<number[]> {
  const { stdout } = await run("ps", ["-eo", "pid=,ppid="]);
  const rows = stdout.split("\n").map((line) => line.trim().split(/\s+/).map(Number));
  return rows.filter(([, parent]) => parent === pid).map(([child]) => child ?? 0);
}

/** Whether a process lives. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The highest resident memory of a process, in bytes, while `act` runs. */
export async function peakRssBytes(pid: number, act: () => Promise<unknown>): Promise<number> {
  let peak = await rssBytes(pid);
  const over = new AbortController();
  const sampling = (async () => {
    while (!over.signal.aborted) {
      peak = Math.max(peak, await rssBytes(pid));
      await delay(SAMPLE_MS);
    }
  })();
  try {
    await act();
  } finally {
    over.abort();
    await sampling;
  }
  return peak;
}
