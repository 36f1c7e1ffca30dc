import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What has to be on the PATH before a test can start a server. */
const programs = ["redis-server", "redis-sentinel", "redis-cli", "openssl"] as const;

/** How this machine could get what is missing. */
export type InstallPlan =
  | { readonly kind: "nothing-missing" }
  | { readonly kind: "run"; readonly script: string }
  | { readonly kind: "impossible"; readonly reason: string };

/** What is known of a machine before anything is installed on it. */
export interface Machine {
  /** Programs found on the PATH. */
  readonly found: ReadonlySet<string>;
  readonly isRoot: boolean;
}

/** Decides how to get Redis: Debian's packages with apt-get, by sudo if need be, or Homebrew's. */
export function installPlan({ found, isRoot }: Machine): InstallPlan {
  const missing = programs.filter((program) => !found.has(program));
  if (missing.length === 0) return { kind: "nothing-missing" };
  if (found.has("apt-get") && (isRoot || found.has("sudo"))) {
    const sudo = isRoot ? "" : "sudo -n ";
    return { kind: "run", script: [aptGet(sudo, "update"), aptGet(sudo, install)].join(" && ") };
  }
  if (found.has("brew")) return { kind: "run", script: "brew install --quiet redis" };
  return {
    kind: "impossible",
    reason: `The tests on Redis need ${missing.join(", ")} on the PATH, and this machine has no apt-get that may be used: install Redis 7 or newer (Debian: \`apt-get install redis-server redis-sentinel\`), then run the tests again.`,
  };
}

const install = "install --yes --no-install-recommends redis-server redis-sentinel openssl";

function aptGet(sudo: string, task: string): string {
  return `${sudo}env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 ${task}`;
}

/** Makes sure that Redis is there, once for this machine; throws a sentence that says what to do when it cannot. */
export async function installRedis(): Promise<void> {
  const plan = installPlan(await thisMachine());
  if (plan.kind === "nothing-missing") return;
  if (plan.kind === "impossible") throw new Error(plan.reason);
  try {
    await run("sh", ["-c", oneAtATime(plan.script)], { maxBuffer: 16 * 1024 * 1024 });
  } catch (cause) {
    const output = (cause as { stderr?: string }).stderr ?? "";
    throw new Error(
      `Redis could not be installed with \`${plan.script}\`: ${output.trim().slice(-500)} Install redis-server and redis-sentinel by hand, then run the tests again.`,
      { cause },
    );
  }
}

// Several runs of the tests may begin at once; whoever waited for the lock finds everything there.
function oneAtATime(script: string): string {
  const unlessThere = `${programs.map((program) => `command -v ${program}`).join(" && ")} || { ${script}; }`;
  return `if command -v flock >/dev/null; then exec 9>"\${TMPDIR:-/tmp}/redis-for-tests.lock" && flock 9; fi; ${unlessThere}`;
}

async function thisMachine(): Promise<Machine> {
  const wanted = [...programs, "apt-get", "sudo", "brew"];
  const present = await Promise.all(
    wanted.map((program) =>
      run("sh", ["-c", `command -v ${program}`]).then(
        () => true,
        () => false,
      ),
    ),
  );
  return {
    found: new Set(wanted.filter((_, index) => present[index])),
    isRoot: process.getuid?.() === 0,
  };
}
