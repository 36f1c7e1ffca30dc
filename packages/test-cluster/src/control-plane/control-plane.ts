import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Daemon } from "../process/daemon.ts";
import type { RunOptions } from "../process/run.ts";
import { scratchFolder } from "../process/scratch.ts";
import type { ProgramSource } from "../programs/programs.ts";
import { runAs } from "../programs/run-as.ts";
import { answers } from "./answers.ts";
import { prepareApiServer, type ApiServerLaunch } from "./api-server.ts";
import { AuditLog } from "./audit.ts";
import { makeAuthority, type Authority, type Certificate } from "./certificates.ts";
import { startControllers } from "./controllers.ts";
import { startEtcd } from "./etcd.ts";
import { writeKubeconfig } from "./kubeconfig.ts";
import { findControlPlane } from "./programs.ts";

/** What to start, and from where. */
export interface ControlPlaneOptions {
  readonly programs: ProgramSource;
  /** Whether garbage collection, Deployments, service accounts and the scheduler work; default true. */
  readonly controllers?: boolean;
  /** Where the API server listens; loopback by default, which no Pod can reach. */
  readonly address?: string;
  /** Where Services get their addresses from. */
  readonly serviceCidr?: string;
}

/** Kubernetes without a node: everything but running Pods. */
export interface ControlPlane {
  readonly url: string;
  /** The path of an administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** A folder that goes with the cluster; the logs of all its programs are in it. */
  readonly folder: string;
  readonly authority: Authority;
  readonly audit: AuditLog;
  /** Runs kubectl as administrator and answers what it printed; throws a ClusterError when it fails. */
  kubectl(args: readonly string[], options?: RunOptions): Promise<string>;
  /** The path of a kubeconfig for somebody who has only the rights that RBAC gives to these names. */
  kubeconfigFor(user: string, groups?: readonly string[]): Promise<string>;
  /** Ends the API server, by default as a crash would, until it is started again; SIGTERM lets it drain, in up to 20 s. */
  stopApiServer(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again at the same address, and resolves when it is ready. */
  startApiServer(): Promise<void>;
  /** Ends everything and removes the folder. */
  stop(): Promise<void>;
}

/** Starts etcd, kube-apiserver and, by default, controllers and scheduler; resolves when they serve, in about 5 s. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { programs, controllers = true, address = "127.0.0.1" } = options;
  const paths = await findControlPlane(programs);
  const folder = await scratchFolder();
  const running: Daemon[] = [];
  try {
    const authority = await makeAuthority(folder);
    const [admin, etcd] = await Promise.all([
      authority.issue({ name: "admin", commonName: "admin", groups: ["system:masters"] }),
      startEtcd(paths.etcd, folder),
    ]);
    running.push(etcd.daemon);
    const serviceCidr = options.serviceCidr ?? "198.19.0.0/24";
    const setup = { program: paths.apiServer, folder, authority, admin, address, serviceCidr };
    const launch = await prepareApiServer({ ...setup, etcdUrl: etcd.url });
    const server = await launch.start();
    running.push(server);
    const { url, serviceAccountKey } = launch;
    if (controllers) {
      const started = { ...paths, folder, authority, url, serviceAccountKey };
      running.push(...(await startControllers(started)));
      await serviceAccountsAre(launch, { authority, admin, server });
    }
    return await assemble({
      folder,
      authority,
      admin,
      launch,
      server,
      running,
      kubectl: paths.kubectl,
    });
  } catch (error) {
    await Promise.all(running.map((daemon) => daemon.stop()));
    throw error;
  }
}

interface Parts {
  readonly folder: string;
  readonly authority: Authority;
  readonly admin: Certificate;
  readonly launch: ApiServerLaunch;
  readonly server: Daemon;
  readonly running: readonly Daemon[];
  readonly kubectl: string;
}

async function assemble({ folder, authority, admin, launch, running, ...parts }: Parts) {
  const { url } = launch;
  const configure = (name: string, user: Certificate) =>
    writeKubeconfig(join(folder, `${name}.kubeconfig`), { url, ca: authority.ca, user });
  const kubeconfig = await configure("admin", admin);
  let server = parts.server;
  let others = 0;
  const controlPlane: ControlPlane = {
    url,
    kubeconfig,
    folder,
    authority,
    audit: new AuditLog(launch.auditLog),
    kubectl: (args, runOptions) => runAs(kubeconfig, parts.kubectl, args, runOptions),
    async kubeconfigFor(commonName, groups = []) {
      const name = `user-${(others += 1)}`;
      return configure(name, await authority.issue({ name, commonName, groups }));
    },
    stopApiServer: (signal = "SIGKILL") => server.stop(signal, 20_000),
    async startApiServer() {
      server = await launch.start();
    },
    async stop() {
      // The data goes too, so nobody needs to take leave.
      await Promise.all([server, ...running].map((daemon) => daemon.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
  return controlPlane;
}

/** Until the default service account exists, no Pod can be made. */
async function serviceAccountsAre(
  { url }: ApiServerLaunch,
  { authority, admin, server }: { authority: Authority; admin: Certificate; server: Daemon },
): Promise<void> {
  const account = `${url}/api/v1/namespaces/default/serviceaccounts/default`;
  await server.until("default service account", () => answers(account, authority.ca, admin));
}
