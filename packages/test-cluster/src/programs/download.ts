import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { run } from "../process/run.ts";
import type { Published } from "./release.ts";

/** What became of a download; where a server cannot be reached the program is got another way. */
export type Downloaded =
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly reason: string };

const CONNECT_MS = 5_000;
const TRANSFER_MS = 300_000;
const unreachable = new Map<string, string>();

/** Fetches a published program into a file, after comparing its digest; gives up within seconds when nobody answers. */
export async function download(published: Published, destination: string): Promise<Downloaded> {
  const { origin } = new URL(published.url);
  const known = unreachable.get(origin);
  if (known !== undefined) return { kind: "failed", reason: known };
  try {
    const digests = (await fetched(published.digestUrl)).toString("utf8");
    const content = await fetched(published.url);
    const expected = digestIn(digests, basename(published.url));
    const actual = createHash("sha256").update(content).digest("hex");
    if (expected !== actual)
      return { kind: "failed", reason: `${published.url} does not have the published SHA-256` };
    await place(content, published.member, destination);
    return { kind: "done" };
  } catch (error) {
    const reason = `${origin} does not serve it: ${reasonOf(error)}`;
    unreachable.set(origin, reason);
    return { kind: "failed", reason };
  }
}

/** The SHA-256 that a text of digests gives for a file: beside its name, or the only one there. */
export function digestIn(text: string, file: string): string | undefined {
  const lines = text.split("\n").filter((line) => /^[0-9a-f]{64}\b/.test(line));
  const line = lines.length === 1 ? lines[0] : lines.find((each) => each.endsWith(file));
  return line?.slice(0, 64);
}

async function fetched(url: string): Promise<Buffer> {
  const headers = new AbortController();
  const timer = setTimeout(() => headers.abort(), CONNECT_MS);
  const signal = AbortSignal.any([headers.signal, AbortSignal.timeout(TRANSFER_MS)]);
  try {
    const response = await fetch(url, { signal });
    clearTimeout(timer);
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  } finally {
    clearTimeout(timer);
  }
}

async function place(content: Buffer, member: string | undefined, file: string): Promise<void> {
  if (member === undefined) return writeFile(file, content, { mode: 0o755 });
  const archive = `${file}.archive`;
  await writeFile(archive, content);
  await run("tar", ["-xzf", archive, "-C", dirname(file), member]);
  await writeFile(file, await readFile(`${dirname(file)}/${member}`), { mode: 0o755 });
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? cause.message : message;
}
