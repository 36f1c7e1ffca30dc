import { copyFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { tryRun } from "../process/run.ts";

/** Copies a program of this machine, and every shared library that it loads, into the root of an image. */
export async function copyProgram(program: string, root: string, as = program): Promise<void> {
  await copyInto(program, root, as);
  for (const library of await librariesOf(program)) await copyInto(library, root, library);
}

/** Copies a file into the root of an image, under a path in it. */
export async function copyInto(file: string, root: string, path: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await copyFile(file, join(root, path));
}

/** The absolute paths of the shared libraries of a program, its loader among them. */
async function librariesOf(program: string): Promise<string[]> {
  const { ok, stdout } = await tryRun("ldd", [program]);
  // It fails on programs that are linked statically, which need no library.
  return ok ? librariesIn(stdout) : [];
}

/** The paths in the output of ldd: `libm.so.6 => /lib/libm.so.6 (0x…)`, or `/lib64/ld-linux-x86-64.so.2 (0x…)`. */
export function librariesIn(output: string): string[] {
  const paths = output.split("\n").map((line) => /(?:=>\s*|^\s*)(\/\S+) \(/.exec(line)?.[1]);
  return paths.filter((path) => path !== undefined);
}
