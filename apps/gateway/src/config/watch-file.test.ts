import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { watchFile } from "./watch-file.ts";

let folder = "";
let changes = 0;
let stop = (): void => undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "headgate-watch-"));
  changes = 0;
});

afterEach(async () => {
  stop();
  await rm(folder, { recursive: true, force: true });
});

function watched(path: string): void {
  stop = watchFile(path, {
    quietMs: 20,
    changed: () => void changes++,
    failed: (error) => {
      throw error;
    },
  });
}

test("a file that is written is noticed, once for several steps in a row", async () => {
  const file = join(folder, "a.yaml");
  await writeFile(file, "a");
  watched(file);
  for (const text of ["b", "bc", "bcd"]) await writeFile(file, text);
  await expect.poll(() => changes).toBeGreaterThan(0);
  expect(changes).toBeLessThanOrEqual(2);
});

test("a file that another takes the place of is noticed, again and again", async () => {
  const file = join(folder, "a.yaml");
  await writeFile(file, "a");
  watched(file);
  for (const round of [1, 2]) {
    await writeFile(join(folder, "b.yaml"), String(round));
    await rename(join(folder, "b.yaml"), file);
    await expect.poll(() => changes).toBeGreaterThanOrEqual(round);
  }
});

test("files that are swapped by one link, as Kubernetes does, are noticed", async () => {
  const versions = ["..one", "..two"];
  for (const version of versions) {
    await mkdir(join(folder, version));
    await writeFile(join(folder, version, "a.yaml"), version);
  }
  await symlink("..one", join(folder, "..data"));
  const file = join(folder, "a.yaml");
  await symlink(join("..data", "a.yaml"), file);
  watched(file);
  await symlink("..two", join(folder, "..data_tmp"));
  await rename(join(folder, "..data_tmp"), join(folder, "..data"));
  await expect.poll(() => changes).toBeGreaterThan(0);
});

test("a directory that is not there is told of, and breaks nothing", () => {
  const failures: Error[] = [];
  stop = watchFile(join(folder, "no", "a.yaml"), {
    quietMs: 1,
    changed: () => undefined,
    failed: (error) => failures.push(error),
  });
  expect(failures).toHaveLength(1);
});
