import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findProgram, programSource } from "./programs.ts";

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "headgate-programs-"));
  onTestFinished(() => rm(made, { recursive: true }));
  return made;
}

async function withCache() {
  const cache = await folder();
  await mkdir(join(cache, "etcd-3.7.3"));
  await writeFile(join(cache, "etcd-3.7.3/etcd"), "");
  return { cache, report: (line: string) => expect.fail(line) };
}

test("a program in the cache is taken without a word", async () => {
  const source = await withCache();
  expect(await findProgram("etcd", source)).toBe(join(source.cache, "etcd-3.7.3/etcd"));
});

test("the assets are preferred to the cache, for those programs that they have", async () => {
  const assets = await folder();
  const source = { ...(await withCache()), assets };
  expect(await findProgram("etcd", source)).toBe(join(source.cache, "etcd-3.7.3/etcd"));
  await writeFile(join(assets, "etcd"), "");
  expect(await findProgram("etcd", source)).toBe(join(assets, "etcd"));
});

test("the cache is where the environment says, and never in the checkout", () => {
  const report = () => undefined;
  expect(programSource({ XDG_CACHE_HOME: "/cache" }, report).cache).toBe("/cache/headgate");
  expect(programSource({}, report).cache).toMatch(/\/\.cache\/headgate$/);
});
