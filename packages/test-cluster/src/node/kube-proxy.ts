import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ControlPlane } from "../control-plane/control-plane.ts";
import { Daemon } from "../process/daemon.ts";
import { freePort } from "../process/free-port.ts";
import { plan } from "./plan.ts";

/** Starts kube-proxy, which leads what goes to a Service to one of its Pods, with nftables. */
export async function startKubeProxy(
  program: string,
  folder: string,
  controlPlane: ControlPlane,
): Promise<Daemon> {
  const kubeconfig = await controlPlane.kubeconfigFor("system:kube-proxy");
  const healthPort = await freePort();
  const unchanged = {
    maxPerCore: 0,
    min: 0,
    tcpEstablishedTimeout: "0s",
    tcpCloseWaitTimeout: "0s",
  };
  const config = {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    mode: "nftables",
    clientConnection: { kubeconfig },
    hostnameOverride: plan.nodeName,
    clusterCIDR: plan.podCidr,
    nodePortAddresses: [`${plan.address}/32`],
    healthzBindAddress: `127.0.0.1:${healthPort}`,
    metricsBindAddress: `127.0.0.1:${await freePort()}`,
    conntrack: unchanged,
    oomScoreAdj: 0,
  };
  const file = join(folder, "kube-proxy.json");
  await writeFile(file, JSON.stringify(config));
  const logFile = join(folder, "kube-proxy.log");
  const daemon = await Daemon.start({ program, args: [`--config=${file}`], logFile });
  const isHealthy = async () => (await fetch(`http://127.0.0.1:${healthPort}/healthz`)).ok;
  await daemon.until("health of kube-proxy", () => isHealthy().catch(() => false));
  return daemon;
}
