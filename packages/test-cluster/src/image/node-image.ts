import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type ImageConfig, writeImageArchive } from "./archive.ts";
import { copyInto, copyProgram } from "./program-root.ts";

/** A program for Node.js as an image. */
export interface NodeImage {
  /** With registry and tag, not `latest`: `headgate.test/gateway:1`. */
  readonly name: string;
  /** Files of this machine by their path in the image. */
  readonly files: Readonly<Record<string, string>>;
  /** What Node.js is given: the path in the image of the program, then its own arguments. */
  readonly args: readonly string[];
  /** `NAME=value` each. */
  readonly env?: readonly string[];
}

/** The user that images run as, the same number as in distroless images. */
const NOBODY = 65_532;

/** A program of this machine as an image. */
export interface ProgramImage {
  /** With registry and tag, not `latest`. */
  readonly name: string;
  /** Path of the program on this machine. */
  readonly program: string;
}

/** Assembles an image from the Node.js that runs this, its libraries and some files; no container engine is needed. */
export async function writeNodeImage(image: NodeImage, archive: string): Promise<void> {
  const { name, files, args, env = [] } = image;
  await writeImage(name, archive, async (root) => {
    await copyProgram(process.execPath, root, "/nodejs/bin/node");
    for (const [path, file] of Object.entries(files)) await copyInto(file, root, path);
    return {
      Entrypoint: ["/nodejs/bin/node", ...args],
      Env: ["PATH=/nodejs/bin", "NODE_ENV=production", ...env],
    };
  });
}

/** Assembles an image that starts a program of this machine, with the libraries that it loads. */
export async function writeProgramImage(image: ProgramImage, archive: string): Promise<void> {
  await writeImage(image.name, archive, async (root) => {
    await copyProgram(image.program, root, "/app/program");
    return { Entrypoint: ["/app/program"] };
  });
}

async function writeImage(
  name: string,
  archive: string,
  fill: (root: string) => Promise<Pick<ImageConfig, "Entrypoint" | "Env">>,
): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "headgate-image-"));
  try {
    const start = await fill(root);
    await mkdir(join(root, "etc"), { recursive: true });
    await writeFile(join(root, "etc/passwd"), `nonroot:x:${NOBODY}:${NOBODY}::/:/sbin/nologin\n`);
    await writeFile(join(root, "etc/group"), `nonroot:x:${NOBODY}:\n`);
    await writeFile(join(root, "etc/nsswitch.conf"), "hosts: files dns\n");
    await mkdir(join(root, "tmp"));
    await chmod(join(root, "tmp"), 0o1777);
    // mkdtemp keeps others out, and this becomes the root folder of somebody else.
    await chmod(root, 0o755);
    await mkdir(dirname(archive), { recursive: true });
    const config = { ...start, User: `${NOBODY}:${NOBODY}`, WorkingDir: "/" };
    await writeImageArchive({ name, root, config }, archive);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
