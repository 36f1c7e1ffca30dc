import { join } from "node:path";
import { ClusterError } from "../problem.ts";
import { run, tryRun } from "../process/run.ts";
import { home } from "./home.ts";
import { releaseOf, type ProgramName } from "./release.ts";

const modules = join(import.meta.dirname, "../../go");

/** The oldest Go that compiles everything. */
const neededGo = "1.26";

/** Says why nothing can be compiled here, or nothing when it can. */
export async function whyNoBuild(): Promise<string | undefined> {
  // Asked within a module, since Go may fetch the version that the module wants.
  const cwd = join(modules, "kubernetes");
  const found = await tryRun("go", ["env", "GOVERSION"], { cwd }).catch(() => undefined);
  if (found === undefined) return "there is no Go on the PATH";
  if (!found.ok) return `Go does not work: ${found.stderr.trim().slice(-500)}`;
  const [, major, minor] = /go(\d+)\.(\d+)/.exec(found.stdout) ?? [];
  const [neededMajor, neededMinor] = neededGo.split(".").map(Number);
  const isEnough =
    Number(major) > Number(neededMajor) ||
    (Number(major) === neededMajor && Number(minor) >= Number(neededMinor));
  return isEnough ? undefined : `${found.stdout.trim()} is older than Go ${neededGo}`;
}

/** Compiles a program from the modules that `go/` pins, at low priority; minutes when Go's cache is empty. */
export async function build(program: ProgramName, destination: string): Promise<void> {
  const release = releaseOf(program);
  const stamps = Object.entries(release.stamps).map(([name, value]) => `-X ${name}=${value}`);
  const flags = ["-trimpath", "-mod=readonly", "-ldflags", ["-s", "-w", ...stamps].join(" ")];
  const compile = ["go", "build", ...flags, "-o", destination, release.goPackage(program)];
  try {
    const environment = [`HOME=${home()}`, "CGO_ENABLED=0", "GOWORK=off"];
    await run("env", [...environment, "nice", "-n", "19", ...compile], {
      cwd: join(modules, release.goModule),
      timeoutMs: 3_600_000,
    });
  } catch (cause) {
    throw new ClusterError(
      `${program} ${release.version} could not be built from Go modules: ${(cause as Error).message}`,
      { cause },
    );
  }
}
