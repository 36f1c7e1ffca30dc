import type { ControlPlane } from "../control-plane/control-plane.ts";
import type { Daemon } from "../process/daemon.ts";
import { findProgram, type ProgramSource } from "../programs/programs.ts";
import { startClusterDns } from "./cluster-dns.ts";
import { startContainerd } from "./containerd.ts";
import type { ImageStore } from "./images.ts";
import { startKubeProxy } from "./kube-proxy.ts";
import { startKubelet } from "./kubelet.ts";
import { nodePrograms } from "./packages.ts";

/** A machine that runs Pods, whose network and cluster DNS work. */
export interface Node {
  readonly images: ImageStore;
  /** Ends its programs; the machine is put back by whoever took it. */
  stop(): Promise<void>;
}

/** What a node is made of; its control plane listens where Pods can reach it. */
export interface NodeOptions {
  readonly programs: ProgramSource;
  readonly controlPlane: ControlPlane;
  readonly folder: string;
}

/** Starts containerd, kubelet, kube-proxy and CoreDNS, and resolves when Pods can run, in about 5 s. */
export async function startNode({ programs, controlPlane, folder }: NodeOptions): Promise<Node> {
  const running: Daemon[] = [];
  const stop = async () => {
    // Last started, first stopped: kubelet would start again what containerd loses.
    for (const daemon of running.toReversed()) await daemon.stop();
  };
  const keep = (daemon: Daemon) => {
    running.push(daemon);
  };
  try {
    const containerd = await startContainerd(await nodePrograms(programs.report), folder);
    keep(containerd.daemon);
    const program = await findProgram("kubelet", programs);
    const kubelet = { program, folder, controlPlane, containerdSocket: containerd.socket };
    const proxy = await findProgram("kube-proxy", programs);
    const dns = await findProgram("coredns", programs);
    await Promise.all([
      startKubelet(kubelet).then(keep),
      startKubeProxy(proxy, folder, controlPlane).then(keep),
      startClusterDns(dns, folder, controlPlane).then(keep),
    ]);
    return { images: containerd.images, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
