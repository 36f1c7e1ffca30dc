import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** A fenced block of a page. */
export type Block = {
  /** What stands before the first blank of the info string. */
  language: string;
  /** The other words of the info string. */
  words: string[];
  text: string;
  /** Line of its first line in the page, from 1. */
  line: number;
};

/** A page of the documentation, by its path from the root. */
export type Page = { path: string; text: string; blocks: Block[]; links: string[] };

/** The README files and everything in `docs/`. */
export async function pages(): Promise<Page[]> {
  const inDocs = await readdir(join(ROOT, "docs"), { recursive: true });
  const apps = await readdir(join(ROOT, "apps"));
  const paths = [
    "README.md",
    ...apps.map((app) => join("apps", app, "README.md")),
    ...inDocs.filter((name) => name.endsWith(".md")).map((name) => join("docs", name)),
  ];
  const read = await Promise.all(paths.map(readPage));
  return read.flatMap((page) => page ?? []);
}

async function readPage(path: string): Promise<Page | undefined> {
  const text = await readFile(join(ROOT, path), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  return { path, text, blocks: blocksOf(text), links: linksOf(path, text) };
}

const FENCE = /^```(\S*)[ \t]*([^\n]*)\n([\s\S]*?)^```[ \t]*$/gm;

function blocksOf(text: string): Block[] {
  return [...text.matchAll(FENCE)].map(([, language = "", words = "", body = ""], index, all) => ({
    language,
    words: words.split(/\s+/).filter(Boolean),
    text: body,
    line: text.slice(0, all[index]?.index).split("\n").length + 1,
  }));
}

/** Relative links of a page, as paths from the root. */
function linksOf(path: string, text: string): string[] {
  const prose = text.replaceAll(FENCE, "");
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  return targets
    .filter((target) => !/^[a-z]+:/i.test(target) && !target.startsWith("#"))
    .map((target) => relative(ROOT, resolve(ROOT, dirname(path), target.replace(/#.*$/, ""))));
}
