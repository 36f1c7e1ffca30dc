import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder that lives as long as the demo. */
export type Scratch = {
  /** Where the configuration is written. */
  readonly configFile: string;
  /** The only folder that the filesystem server may touch. */
  readonly files: string;
  /** What the memory server remembers. */
  readonly memoryFile: string;
  remove(): Promise<void>;
};

const FILES: Readonly<Record<string, string>> = {
  "shopping.md": "# Shopping\n\n- oat milk\n- lemons\n- dark chocolate\n",
  "ideas.md": "# Ideas\n\n- a birdhouse with two doors\n",
  "trips/lisbon.md": "# Lisbon\n\nTram 28 before nine, or not at all.\n",
};

/** Makes a fresh folder with a few files in it. */
export async function createScratch(): Promise<Scratch> {
  // Servers compare real paths, and macOS keeps its folder for temporary files behind a link.
  const folder = await realpath(await mkdtemp(join(tmpdir(), "headgate-demo-")));
  const files = join(folder, "files");
  await mkdir(join(files, "trips"), { recursive: true });
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(files, name), text);
  return {
    configFile: join(folder, "headgate.yaml"),
    files,
    memoryFile: join(folder, "memory.jsonl"),
    remove: async () => rm(folder, { recursive: true, force: true }),
  };
}
