import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { lock } from "./lock.ts";

async function lockFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "headgate-lock-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, "lock");
}

test("the second waits, says so once, and goes on when the first lets go", async () => {
  const file = await lockFile();
  const events: string[] = [];
  const release = await lock(file);
  const { promise: waiting, resolve: waits } = Promise.withResolvers<void>();
  const second = lock(file, () => {
    events.push("waits");
    waits();
  });
  await waiting;
  events.push("released");
  release();
  (await second)();
  expect(events).toEqual(["waits", "released"]);
});

test("the lock of a process that was killed is free", async () => {
  const file = await lockFile();
  const module = join(import.meta.dirname, "lock.ts");
  const holder = `import { lock } from ${JSON.stringify(module)};
    await lock(${JSON.stringify(file)});
    process.stdout.write("held");
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", holder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  let waited = false;
  const mine = lock(file, () => {
    waited = true;
    child.kill("SIGKILL");
  });
  (await mine)();
  expect(waited).toBe(true);
});
