import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { ClusterError } from "../problem.ts";
import { lock } from "../process/lock.ts";
import { build, whyNoBuild } from "./build.ts";
import { download } from "./download.ts";
import { home } from "./home.ts";
import { releaseOf, type ProgramName } from "./release.ts";

/** Where programs are looked for and kept, and who is told when that takes long. */
export interface ProgramSource {
  /** `KUBEBUILDER_ASSETS`: a folder with programs that are taken as they are. */
  readonly assets?: string | undefined;
  /** A folder that stays from run to run. */
  readonly cache: string;
  readonly report: (line: string) => void;
}

/** Reads where programs come from out of the environment; the cache is outside of any checkout. */
export function programSource(
  env: Readonly<Record<string, string | undefined>>,
  report: (line: string) => void,
): ProgramSource {
  const base = env["XDG_CACHE_HOME"] || join(home(), ".cache");
  return { assets: env["KUBEBUILDER_ASSETS"] || undefined, cache: join(base, "headgate"), report };
}

/**
 * The path of a program that can be run: from the assets, from the cache, else downloaded, else compiled and cached.
 * Throws a ClusterError that says what to do when there is no way.
 */
export async function findProgram(program: ProgramName, source: ProgramSource): Promise<string> {
  const asset = source.assets === undefined ? undefined : join(source.assets, program);
  if (asset !== undefined && existsSync(asset)) return asset;
  const { goModule, version } = releaseOf(program);
  const folder = join(source.cache, `${goModule}-${version}`);
  const kept = join(folder, program);
  if (existsSync(kept)) return kept;
  const waiting = `headgate: waiting for another run that is getting ${program} …`;
  const release = await lock(join(source.cache, "programs.lock"), () => source.report(waiting));
  try {
    if (!existsSync(kept)) await obtain(program, folder, source.report);
  } finally {
    release();
  }
  return kept;
}

async function obtain(
  program: ProgramName,
  folder: string,
  report: (line: string) => void,
): Promise<void> {
  const workshop = join(folder, ".getting");
  // What is there was left by a run that was killed: the lock keeps others out.
  await rm(workshop, { recursive: true, force: true });
  await mkdir(workshop, { recursive: true });
  try {
    const made = join(workshop, `${program}.new`);
    await downloadOrBuild(program, made, report);
    // A rename is atomic: nobody ever finds half a program in the cache.
    await rename(made, join(folder, program));
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

async function downloadOrBuild(
  program: ProgramName,
  made: string,
  report: (line: string) => void,
): Promise<void> {
  const { version } = releaseOf(program);
  const refused = await tryDownload(program, made);
  if (refused === undefined) return report(`headgate: downloaded ${program} ${version}`);
  const noBuild = await whyNoBuild();
  if (noBuild !== undefined) {
    throw new ClusterError(
      `${program} ${version} is needed: ${refused}, and ${noBuild}. Install Go, or set KUBEBUILDER_ASSETS to a folder that has ${program}, or HEADGATE_TEST_KUBECONFIG to a cluster for tests.`,
    );
  }
  report(`headgate: building ${program} ${version} from source, once for this machine (minutes) …`);
  const startedMs = performance.now();
  await build(program, made);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
  report(`headgate: built ${program} ${version} in ${seconds} s`);
}

/** Says why a program was not downloaded; nothing when it was. */
async function tryDownload(program: ProgramName, made: string): Promise<string | undefined> {
  const architecture = { x64: "amd64", arm64: "arm64" }[process.arch as string];
  if (process.platform !== "linux" || architecture === undefined)
    return `none is published for ${process.platform} on ${process.arch}`;
  const result = await download(releaseOf(program).published(program, architecture), made);
  return result.kind === "done" ? undefined : result.reason;
}
