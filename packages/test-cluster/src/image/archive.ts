import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { run } from "../process/run.ts";

/** What an image says about how to run it; the fields of the OCI image configuration. */
export interface ImageConfig {
  readonly Entrypoint: readonly string[];
  readonly Env?: readonly string[];
  readonly User?: string;
  readonly WorkingDir?: string;
}

/** An image of one layer. */
export interface ImageSource {
  /** With registry and tag, not `latest`: `headgate.test/gateway:1`. */
  readonly name: string;
  /** The folder that becomes the root of the file system; everything in it is root's. */
  readonly root: string;
  readonly config: ImageConfig;
}

/** Writes an image as a Docker archive, which every container runtime imports; the same input gives the same layer. */
export async function writeImageArchive(source: ImageSource, file: string): Promise<void> {
  const folder = await mkdtemp(join(dirname(file), "archive-"));
  try {
    const layer = join(folder, "layer.tar");
    await tar(layer, source.root, ["."]);
    const config = JSON.stringify({
      architecture: process.arch === "x64" ? "amd64" : process.arch,
      os: "linux",
      config: source.config,
      rootfs: { type: "layers", diff_ids: [`sha256:${await sha256(layer)}`] },
    });
    const manifest = [{ Config: "config.json", RepoTags: [source.name], Layers: ["layer.tar"] }];
    await writeFile(join(folder, "config.json"), config);
    await writeFile(join(folder, "manifest.json"), JSON.stringify(manifest));
    await tar(file, folder, ["manifest.json", "config.json", "layer.tar"]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function tar(file: string, folder: string, members: readonly string[]): Promise<void> {
  const anonymous = ["--owner=0", "--group=0", "--numeric-owner", "--mtime=@0", "--sort=name"];
  await run("tar", ["--create", "--file", file, "--directory", folder, ...anonymous, ...members]);
}

async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
