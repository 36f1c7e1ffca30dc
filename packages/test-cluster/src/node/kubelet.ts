import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ControlPlane } from "../control-plane/control-plane.ts";
import { Daemon } from "../process/daemon.ts";
import { freePort } from "../process/free-port.ts";
import { plan } from "./plan.ts";

/** What kubelet works with. */
export interface KubeletSetup {
  readonly program: string;
  readonly folder: string;
  readonly controlPlane: ControlPlane;
  readonly containerdSocket: string;
}

/** Starts kubelet, and resolves when the API server takes the node for ready. */
export async function startKubelet(setup: KubeletSetup): Promise<Daemon> {
  const { folder, controlPlane, program } = setup;
  const { nodeName, address } = plan;
  const kubeconfig = await controlPlane.kubeconfigFor(`system:node:${nodeName}`, ["system:nodes"]);
  await mkdir(join(folder, "kubelet"));
  // Nothing outside of the cluster has a name in it.
  await writeFile(join(folder, "resolv.conf"), `nameserver ${address}\n`);
  const config = join(folder, "kubelet.json");
  await writeFile(config, JSON.stringify(await configFor(setup)));
  const flags = {
    config,
    kubeconfig,
    "root-dir": join(folder, "kubelet"),
    "cert-dir": join(folder, "kubelet"),
    "hostname-override": nodeName,
    "node-ip": address,
  };
  const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
  const daemon = await Daemon.start({ program, args, logFile: join(folder, "kubelet.log") });
  await daemon.until("readiness of the node", () => isReady(controlPlane));
  return daemon;
}

async function isReady(controlPlane: ControlPlane): Promise<boolean> {
  const path = `jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}`;
  return (await controlPlane.kubectl(["get", "nodes", "-o", path])) === "True";
}

async function configFor({ folder, controlPlane, containerdSocket }: KubeletSetup) {
  const { authority } = controlPlane;
  const serving = await authority.issue({
    name: "kubelet-serving",
    commonName: `system:node:${plan.nodeName}`,
    groups: ["system:nodes"],
    servesAt: [`IP:${plan.address}`, `DNS:${plan.nodeName}`],
  });
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    address: plan.address,
    port: await freePort(plan.address),
    healthzPort: 0,
    readOnlyPort: 0,
    tlsCertFile: serving.cert,
    tlsPrivateKeyFile: serving.key,
    authentication: {
      x509: { clientCAFile: authority.ca },
      webhook: { enabled: true },
      anonymous: { enabled: false },
    },
    authorization: { mode: "Webhook" },
    containerRuntimeEndpoint: `unix://${containerdSocket}`,
    cgroupDriver: "cgroupfs",
    failCgroupV1: false,
    failSwapOn: false,
    enforceNodeAllocatable: ["pods"],
    // Needs CAP_SYS_RESOURCE below zero.
    oomScoreAdj: 0,
    clusterDNS: [plan.address],
    clusterDomain: plan.clusterDomain,
    resolvConf: join(folder, "resolv.conf"),
    podLogsDir: join(folder, "pod-logs"),
    volumePluginDir: join(folder, "volume-plugins"),
    makeIPTablesUtilChains: false,
    configMapAndSecretChangeDetectionStrategy: "Watch",
    syncFrequency: "10s",
    // The machine's disk is not ours to judge.
    imageGCHighThresholdPercent: 100,
    evictionHard: {
      "nodefs.available": "0%",
      "nodefs.inodesFree": "0%",
      "imagefs.available": "0%",
    },
  };
}
