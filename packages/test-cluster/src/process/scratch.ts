import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive, killUsersOf } from "./processes.ts";

/** A folder for one cluster, named for this process; what dead processes left behind is ended and removed first. */
export async function scratchFolder(): Promise<string> {
  for (const name of await readdir(tmpdir())) {
    const owner = /^headgate-cluster-(\d+)-/.exec(name)?.[1];
    if (owner === undefined || isAlive(Number(owner))) continue;
    const folder = join(tmpdir(), name);
    await killUsersOf(folder);
    await rm(folder, { recursive: true, force: true });
  }
  return mkdtemp(join(tmpdir(), `headgate-cluster-${process.pid}-`));
}
