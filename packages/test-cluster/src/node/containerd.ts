import { mkdir, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeImageArchive } from "../image/archive.ts";
import { copyProgram } from "../image/program-root.ts";
import { Daemon } from "../process/daemon.ts";
import { run, tryRun } from "../process/run.ts";
import { importImage, type ImageStore } from "./images.ts";
import type { NodePrograms } from "./packages.ts";
import { plan } from "./plan.ts";

/** A container runtime that kubelet can use. */
export interface Containerd {
  readonly daemon: Daemon;
  readonly socket: string;
  readonly images: ImageStore;
}

/** Starts containerd with its network plugins, all of its files in a folder; resolves when it has the image that keeps a Pod open. */
export async function startContainerd(
  { containerd, ctr, cni }: NodePrograms,
  folder: string,
): Promise<Containerd> {
  const socket = join(folder, "containerd.sock");
  await mkdir(join(folder, "cni"));
  await writeFile(join(folder, "cni/10-test.conflist"), JSON.stringify(network(folder)));
  const config = join(folder, "containerd.toml");
  await writeFile(
    config,
    configFor({ folder, socket, cni, snapshotter: await snapshotter(folder) }),
  );
  const logFile = join(folder, "containerd.log");
  const daemon = await Daemon.start({ program: containerd, args: ["--config", config], logFile });
  const images = { ctr, socket };
  const answers = async () => (await tryRun(ctr, ["--address", socket, "version"])).ok;
  await daemon.until("an answer of containerd", answers);
  await importPauseImage(images, folder);
  return { daemon, socket, images };
}

/**
 * Each Pod on a link of its own to the machine, so that all traffic is routed and kube-proxy sees it, whether
 * or not the kernel shows bridged packets to its firewall.
 */
function network(folder: string): object {
  const ipam = {
    type: "host-local",
    dataDir: join(folder, "addresses"),
    ranges: [[{ subnet: plan.podCidr }]],
    routes: [{ dst: "0.0.0.0/0" }],
  };
  return { cniVersion: "0.4.0", name: plan.nodeName, plugins: [{ type: "ptp", mtu: 1500, ipam }] };
}

const OVERLAYFS = 0x79_4c_76_30;

/** Layers on layers do not work: where the folder itself is in a container's file system, files are copied. */
async function snapshotter(folder: string): Promise<string> {
  return (await statfs(folder)).type === OVERLAYFS ? "native" : "overlayfs";
}

interface Config {
  readonly folder: string;
  readonly socket: string;
  readonly cni: string;
  readonly snapshotter: string;
}

function configFor({ folder, socket, cni, snapshotter: chosen }: Config): string {
  const cri = `plugins."io.containerd.grpc.v1.cri"`;
  return `version = 2
root = "${folder}/containerd/root"
state = "${folder}/containerd/state"
[grpc]
  address = "${socket}"
[plugins."io.containerd.internal.v1.opt"]
  path = "${folder}/containerd/opt"
[${cri}]
  sandbox_image = "${plan.pauseImage}"
  # runc may not lower the score without CAP_SYS_RESOURCE, and then starts nothing.
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
[${cri}.containerd]
  snapshotter = "${chosen}"
  default_runtime_name = "runc"
[${cri}.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[${cri}.containerd.runtimes.runc.options]
  SystemdCgroup = false
  Root = "${folder}/runc"
[${cri}.cni]
  bin_dir = "${cni}"
  conf_dir = "${folder}/cni"
`;
}

/** A Pod's network lives as long as a process that does nothing: `sleep` does. */
async function importPauseImage(images: ImageStore, folder: string): Promise<void> {
  const root = join(folder, "pause");
  const sleep = (await run("sh", ["-c", "command -v sleep"])).trim();
  await copyProgram(sleep, root, "/sleep");
  const archive = join(folder, "pause.tar");
  const config = { Entrypoint: ["/sleep", "infinity"], User: "65532:65532" };
  await writeImageArchive({ name: plan.pauseImage, root, config }, archive);
  await importImage(images, archive);
}
