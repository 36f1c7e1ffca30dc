import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** The licence of every package that a source file of a bundle belongs to; a bundle is a copy and has to carry them. */
export async function licencesOf(folder: string, sources: readonly string[]): Promise<string[]> {
  const folders = sources.map((source) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(source)?.[0]);
  const packages = new Set(folders.filter((name) => name !== undefined));
  const texts = await Promise.all([...packages].map((name) => licenceOf(join(folder, name))));
  return texts.toSorted();
}

async function licenceOf(folder: string): Promise<string> {
  const text = await readFile(join(folder, "package.json"), "utf8");
  const { name, version, license } = JSON.parse(text) as Record<string, string>;
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
  const licence = file === undefined ? "" : await readFile(join(folder, file), "utf8");
  return `--- ${name} ${version} (${license})\n\n${licence.trim()}`;
}
