import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { ClusterError } from "../problem.ts";
import { tryRun } from "../process/run.ts";

/** Where the programs of a node are that are not Kubernetes' own. */
export interface NodePrograms {
  readonly containerd: string;
  readonly ctr: string;
  /** The folder of the CNI plugins. */
  readonly cni: string;
}

/** Each program, the places where it may be, and the Debian package that has it. */
const wanted = {
  containerd: { debian: "containerd", folders: "PATH" },
  ctr: { debian: "containerd", folders: "PATH" },
  "containerd-shim-runc-v2": { debian: "containerd", folders: "PATH" },
  runc: { debian: "runc", folders: "PATH" },
  nft: { debian: "nftables", folders: "PATH" },
  ip: { debian: "iproute2", folders: "PATH" },
  mount: { debian: "mount", folders: "PATH" },
  ptp: { debian: "containernetworking-plugins", folders: "cni" },
  loopback: { debian: "containernetworking-plugins", folders: "cni" },
  "host-local": { debian: "containernetworking-plugins", folders: "cni" },
} as const;
type Wanted = keyof typeof wanted;

const places = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".split(delimiter),
  cni: ["/usr/lib/cni", "/opt/cni/bin"],
};

/** Finds what a node needs besides Kubernetes; on Debian, what is missing is installed. */
export async function nodePrograms(report: (line: string) => void): Promise<NodePrograms> {
  const missing = await debianPackagesMissing();
  if (missing.length > 0) await install(missing, report);
  const [containerd, ctr, ptp] = await Promise.all([find("containerd"), find("ctr"), find("ptp")]);
  const still = await debianPackagesMissing();
  if (containerd === undefined || ctr === undefined || ptp === undefined || still.length > 0)
    throw new ClusterError(`a node needs ${still.join(", ")}, which is not there`);
  return { containerd: join(containerd, "containerd"), ctr: join(ctr, "ctr"), cni: ptp };
}

async function debianPackagesMissing(): Promise<string[]> {
  const names = Object.keys(wanted) as Wanted[];
  const folders = await Promise.all(names.map(find));
  const missing = names.filter((_, at) => folders[at] === undefined);
  return [...new Set(missing.map((name) => wanted[name].debian))];
}

/** The folder that has a program. */
async function find(name: Wanted): Promise<string | undefined> {
  for (const folder of places[wanted[name].folders]) {
    const isThere = access(join(folder, name), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (await isThere) return folder;
  }
  return undefined;
}

async function install(packages: readonly string[], report: (line: string) => void): Promise<void> {
  report(`headgate: installing ${packages.join(", ")} for the test node …`);
  // Nothing that is there may go: `containerd` and Docker's `containerd.io` exclude each other.
  const options = ["--yes", "--no-install-recommends", "--no-remove"];
  const installed = await aptGet(["install", ...options, ...packages]);
  if (installed.ok) return;
  await aptGet(["update"]);
  const again = await aptGet(["install", ...options, ...packages]);
  if (again.ok) return;
  throw new ClusterError(
    `a node needs ${packages.join(", ")}, and apt-get could not install it: ${again.stderr.trim().slice(-500)} Install it by hand, or set HEADGATE_TEST_KUBECONFIG to a cluster for tests.`,
  );
}

async function aptGet(args: readonly string[]) {
  const program = ["DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"];
  return tryRun("env", [...program, "-o", "DPkg::Lock::Timeout=300", ...args]);
}
