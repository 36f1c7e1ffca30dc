import { join } from "node:path";
import { Daemon } from "../process/daemon.ts";
import type { Authority } from "./certificates.ts";
import { writeKubeconfig } from "./kubeconfig.ts";

/** What the controllers and the scheduler need of the API server that they work for. */
export interface ControllerSetup {
  readonly controllerManager: string;
  readonly scheduler: string;
  readonly folder: string;
  readonly authority: Authority;
  readonly url: string;
  readonly serviceAccountKey: string;
}

/** Starts kube-controller-manager and kube-scheduler, which listen nowhere. */
export async function startControllers(setup: ControllerSetup): Promise<Daemon[]> {
  const { folder, authority, serviceAccountKey } = setup;
  const controllers = await start(setup, setup.controllerManager, "kube-controller-manager", {
    "service-account-private-key-file": serviceAccountKey,
    "root-ca-file": authority.ca,
    "cluster-signing-cert-file": authority.ca,
    "cluster-signing-key-file": join(folder, "ca.key"),
    "use-service-account-credentials": "true",
  });
  return [controllers, await start(setup, setup.scheduler, "kube-scheduler", {})];
}

/** They start in a second instead of five when they may ask as fast as they can. */
const unthrottled = { "kube-api-qps": "500", "kube-api-burst": "1000" };

async function start(
  { folder, authority, url }: ControllerSetup,
  program: string,
  name: string,
  own: Readonly<Record<string, string>>,
): Promise<Daemon> {
  const user = await authority.issue({ name, commonName: `system:${name}` });
  const file = join(folder, `${name}.kubeconfig`);
  const kubeconfig = await writeKubeconfig(file, { url, ca: authority.ca, user });
  const flags = { kubeconfig, "leader-elect": "false", "secure-port": "0", ...unthrottled, ...own };
  const args = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);
  return Daemon.start({ program, args, logFile: join(folder, `${name}.log`) });
}
