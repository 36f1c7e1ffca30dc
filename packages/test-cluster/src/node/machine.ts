import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClusterError } from "../problem.ts";
import { lock } from "../process/lock.ts";
import { killUsersOf } from "../process/processes.ts";
import { run, tryRun } from "../process/run.ts";
import { podCgroups, removePodCgroups } from "./cgroups.ts";
import { allowForwarding, disallowForwarding } from "./forwarding.ts";
import { unmountBelow } from "./mounts.ts";
import { plan } from "./plan.ts";
import { readSettings, restoreSettings, type Settings } from "./sysctl.ts";

/** Says why no node can run on this machine, in words that say what to do; nothing when one can. */
export function whyNoNode(): string | undefined {
  const remedy = "set HEADGATE_TEST_KUBECONFIG to a cluster for tests (kind, for example)";
  if (process.platform !== "linux") return `a node needs Linux; ${remedy}.`;
  if (process.getuid?.() !== 0) return `a node needs root; run as root, or ${remedy}.`;
  return undefined;
}

/** The machine while a node has it. */
export interface Machine {
  /** Where everything of the node is; each of its programs names it on its command line. */
  readonly folder: string;
  /** Ends whatever runs in the folder, and puts the machine back to what it was. */
  putBack(): Promise<void>;
}

/** Folders that programs of a node make at fixed places. */
const fixedFolders = [
  "/run/containerd",
  "/run/netns",
  "/run/runc",
  "/opt/cni",
  "/opt/containerd",
  "/usr/libexec/kubernetes",
  "/var/lib/cni",
  "/var/lib/kubelet",
  "/var/log/containers",
  "/var/log/pods",
];

/** What is noted of a machine before a node changes it. */
interface Before {
  readonly settings: Settings;
  readonly absent: readonly string[];
}

const PREFIX = "headgate-node-";
const NOTES = "machine-before.json";

/**
 * Takes the machine for one node: waits until no other has it, cleans up after one that was killed,
 * notes what is there, and makes the node's network interface.
 */
export async function takeMachine(report: (line: string) => void): Promise<Machine> {
  const waiting = "headgate: waiting for another test node on this machine …";
  const release = await lock(join(tmpdir(), `${PREFIX}lock`), () => report(waiting));
  try {
    for (const name of await readdir(tmpdir())) {
      const folder = join(tmpdir(), name);
      if (name.startsWith(PREFIX) && existsSync(join(folder, NOTES))) await putBack(folder);
    }
    if (podCgroups().length > 0)
      throw new ClusterError(
        "another kubelet has Pods on this machine: stop it, or set HEADGATE_TEST_KUBECONFIG to its cluster.",
      );
    const absent = fixedFolders.filter((path) => !existsSync(path));
    const before: Before = { settings: await readSettings(), absent };
    const folder = await mkdtemp(join(tmpdir(), PREFIX));
    await writeFile(join(folder, NOTES), JSON.stringify(before));
    await addInterface();
    await allowForwarding();
    const giveBack = () => putBack(folder).finally(release);
    return { folder, putBack: giveBack };
  } catch (error) {
    release();
    throw error;
  }
}

async function addInterface(): Promise<void> {
  const { interfaceName, address } = plan;
  await run("ip", ["link", "add", interfaceName, "type", "bridge"]);
  await run("ip", ["address", "add", `${address}/32`, "dev", interfaceName]);
  await run("ip", ["link", "set", interfaceName, "up"]);
}

/** Goes by what is found and noted, not by what was done, so it also cleans up after a node that was killed. */
async function putBack(folder: string): Promise<void> {
  const notes = await readFile(join(folder, NOTES), "utf8");
  const { settings, absent } = JSON.parse(notes) as Before;
  await killUsersOf(folder);
  await removePodCgroups();
  await unmountBelow(folder);
  for (const family of ["ip", "ip6"])
    await tryRun("nft", ["delete", "table", family, "kube-proxy"]);
  await disallowForwarding();
  await tryRun("ip", ["link", "delete", plan.interfaceName]);
  await restoreSettings(settings);
  for (const path of absent) {
    await unmountBelow(path);
    await rm(path, { recursive: true, force: true });
  }
  await rm(folder, { recursive: true, force: true });
}
