import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ControlPlane } from "../control-plane/control-plane.ts";
import { Daemon } from "../process/daemon.ts";
import { freePort } from "../process/free-port.ts";
import { plan } from "./plan.ts";

const USER = "system:coredns";

/** Starts CoreDNS, which knows the names in the cluster, and says of all others that they do not exist. */
export async function startClusterDns(
  program: string,
  folder: string,
  controlPlane: ControlPlane,
): Promise<Daemon> {
  await controlPlane.kubectl(["apply", "-f", "-"], { input: JSON.stringify(rights) });
  const kubeconfig = await controlPlane.kubeconfigFor(USER);
  const readyPort = await freePort();
  const file = join(folder, "Corefile");
  await writeFile(
    file,
    `${plan.clusterDomain} in-addr.arpa {
  bind ${plan.address}
  errors
  ready 127.0.0.1:${readyPort}
  kubernetes {
    kubeconfig ${kubeconfig}
    ttl 1
  }
}
. {
  bind ${plan.address}
  template ANY ANY {
    rcode NXDOMAIN
  }
}
`,
  );
  const logFile = join(folder, "coredns.log");
  const daemon = await Daemon.start({ program, args: ["-conf", file], logFile });
  const isReady = async () => (await fetch(`http://127.0.0.1:${readyPort}/ready`)).ok;
  await daemon.until("readiness of CoreDNS", () => isReady().catch(() => false));
  return daemon;
}

const rights = {
  apiVersion: "v1",
  kind: "List",
  items: [
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: USER },
      rules: [
        {
          apiGroups: [""],
          resources: ["services", "pods", "namespaces"],
          verbs: ["list", "watch"],
        },
        {
          apiGroups: ["discovery.k8s.io"],
          resources: ["endpointslices"],
          verbs: ["list", "watch"],
        },
      ],
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: USER },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: USER },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: USER }],
    },
  ],
};
