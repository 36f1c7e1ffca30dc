import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";

const BUSY = 5;

/**
 * Waits until this process alone holds a lock, and answers how to let it go.
 * SQLite's lock on the file is the operating system's: it goes with the process that held it, however that ended.
 */
export async function lock(
  file: string,
  onWait: () => void = () => undefined,
): Promise<() => void> {
  await mkdir(dirname(file), { recursive: true });
  const database = new DatabaseSync(file);
  database.exec("PRAGMA busy_timeout = 0");
  let told = false;
  while (!begin(database)) {
    if (!told) onWait();
    told = true;
    await sleep(200);
  }
  return () => database.close();
}

function begin(database: DatabaseSync): boolean {
  try {
    database.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    if ((error as { errcode?: number }).errcode === BUSY) return false;
    database.close();
    throw error;
  }
}
