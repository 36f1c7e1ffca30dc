import { readFile } from "node:fs/promises";
import { run } from "../process/run.ts";

/** The mount points below a folder, the deepest last. */
export async function mountsBelow(folder: string): Promise<string[]> {
  const lines = (await readFile("/proc/self/mountinfo", "utf8")).trim().split("\n");
  const points = lines.map((line) => unescaped(line.split(" ")[4] ?? ""));
  return points.filter((point) => point.startsWith(`${folder}/`));
}

/** Unmounts everything below a folder, so that removing it reaches nothing else. */
export async function unmountBelow(folder: string): Promise<void> {
  // Several mounts may lie on top of each other, and each line is one of them.
  for (const point of (await mountsBelow(folder)).toReversed()) {
    await run("umount", ["--lazy", point]);
  }
}

/** The kernel writes spaces and such as octal numbers. */
function unescaped(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCodePoint(Number.parseInt(digits, 8)),
  );
}
