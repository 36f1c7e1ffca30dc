import { installRedis } from "../src/install.ts";

/** Run by vitest before the first test on Redis. */
export async function setup(): Promise<void> {
  await installRedis();
}
