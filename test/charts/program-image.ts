import { access, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeNodeImage, writeProgramImage } from "@headgate/test-cluster";
import type { Cluster } from "@headgate/test-cluster/vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Puts on the node what the Dockerfile of an app describes: the same built files under the same paths, started the same way. */
export async function importProgram(
  cluster: Pick<Cluster, "importImage">,
  app: string,
): Promise<string> {
  const dockerfile = await readFile(join(ROOT, `deploy/images/${app}/Dockerfile`), "utf8");
  const image = { name: `headgate.test/${app}:chart`, ...described(dockerfile) };
  await imported(cluster, (archive) => writeNodeImage(image, archive));
  return image.name;
}

/** Puts the Redis of this machine on the node; it takes arguments as the official images do. */
export async function importRedis(cluster: Pick<Cluster, "importImage">): Promise<string> {
  const image = { name: "headgate.test/redis:chart", program: await found("redis-server") };
  await imported(cluster, (archive) => writeProgramImage(image, archive));
  return image.name;
}

async function imported(
  cluster: Pick<Cluster, "importImage">,
  write: (archive: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "headgate-image-of-"));
  const archive = join(folder, "image.tar");
  await write(archive);
  await cluster.importImage(archive);
  await rm(folder, { recursive: true });
}

async function found(program: string): Promise<string> {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const path = join(folder, program);
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  throw new Error(`There is no ${program} on the path.`);
}

function described(dockerfile: string): { files: Record<string, string>; args: string[] } {
  const [last = ""] = dockerfile.split(/^FROM /m).slice(-1);
  const copies = [...last.matchAll(/^COPY --from=build \/src\/(\S+) (\S+)$/gm)];
  const entrypoint = /^ENTRYPOINT (.*)$/m.exec(last)?.[1] ?? "[]";
  const [node, ...args] = JSON.parse(entrypoint) as string[];
  if (node !== "/nodejs/bin/node" || copies.length === 0)
    throw new Error("The Dockerfile ends in something else than files for Node.js.");
  const files = copies.map(([, from = "", to = ""]) => [to, join(ROOT, from)] as const);
  return { files: Object.fromEntries(files), args };
}
