import { generateKeyPairSync } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Daemon } from "../process/daemon.ts";
import { freePort } from "../process/free-port.ts";
import { answers } from "./answers.ts";
import { auditPolicy } from "./audit.ts";
import type { Authority, Certificate } from "./certificates.ts";

/** Where an API server finds and keeps everything. */
export interface ApiServerSetup {
  readonly program: string;
  readonly folder: string;
  readonly authority: Authority;
  readonly admin: Certificate;
  readonly etcdUrl: string;
  /** Where it listens; Pods can reach it unless this is loopback. */
  readonly address: string;
  readonly serviceCidr: string;
}

/** How to start an API server, as often as one likes, always at the same place. */
export interface ApiServerLaunch {
  readonly url: string;
  readonly auditLog: string;
  /** The key that signs the tokens of service accounts. */
  readonly serviceAccountKey: string;
  /** Starts it and resolves when it is ready. */
  start(): Promise<Daemon>;
}

/** Makes certificates, keys and files for an API server, and chooses its port. */
export async function prepareApiServer(setup: ApiServerSetup): Promise<ApiServerLaunch> {
  const { folder, address, authority, admin, program } = setup;
  const port = await freePort(address);
  const auditLog = join(folder, "audit.log");
  const serviceAccountKey = join(folder, "service-accounts.key");
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  // Kubernetes reads keys on curves in this older form only.
  const key = privateKey.export({ type: "sec1", format: "pem" });
  await writeFile(serviceAccountKey, key, { mode: 0o600 });
  await writeFile(join(folder, "audit-policy.json"), JSON.stringify(auditPolicy));
  await writeFile(auditLog, "", { mode: 0o600 });
  const [serving, toKubelet] = await Promise.all([
    authority.issue({
      name: "kube-apiserver",
      commonName: "kube-apiserver",
      servesAt: names(setup),
    }),
    authority.issue({
      name: "kube-apiserver-kubelet-client",
      commonName: "kube-apiserver-kubelet-client",
      groups: ["system:masters"],
    }),
  ]);
  const args = argumentsFor(setup, { port, auditLog, serviceAccountKey, serving, toKubelet });
  const url = `https://${address}:${port}`;
  const logFile = join(folder, "kube-apiserver.log");
  const isReady = () => answers(`${url}/readyz`, authority.ca, admin);
  return {
    url,
    auditLog,
    serviceAccountKey,
    async start() {
      const daemon = await Daemon.start({ program, args, logFile });
      await daemon.until("readiness of the API server", isReady);
      return daemon;
    },
  };
}

/** The names and addresses under which clients outside and in Pods know an API server. */
function names({ address, serviceCidr }: ApiServerSetup): string[] {
  const service = ["kubernetes", "kubernetes.default", "kubernetes.default.svc"];
  const full = "kubernetes.default.svc.cluster.local";
  const firstAddress = serviceCidr.replace(/\d+\/\d+$/, "1");
  const addresses = new Set(["127.0.0.1", address, firstAddress]);
  return [
    ...["localhost", ...service, full].map((name) => `DNS:${name}`),
    ...[...addresses].map((each) => `IP:${each}`),
  ];
}

interface Made {
  readonly port: number;
  readonly auditLog: string;
  readonly serviceAccountKey: string;
  readonly serving: Certificate;
  readonly toKubelet: Certificate;
}

function argumentsFor(
  { folder, authority, etcdUrl, address, serviceCidr }: ApiServerSetup,
  made: Made,
) {
  const flags: Record<string, string | number> = {
    "etcd-servers": etcdUrl,
    "bind-address": address,
    "secure-port": made.port,
    "advertise-address": address,
    // No Pod can reach a loopback address, and the API server refuses to write it into an endpoint.
    "endpoint-reconciler-type": address.startsWith("127.") ? "none" : "lease",
    "service-cluster-ip-range": serviceCidr,
    "cert-dir": folder,
    "tls-cert-file": made.serving.cert,
    "tls-private-key-file": made.serving.key,
    "client-ca-file": authority.ca,
    "kubelet-certificate-authority": authority.ca,
    "kubelet-client-certificate": made.toKubelet.cert,
    "kubelet-client-key": made.toKubelet.key,
    // Otherwise logs and exec are tried at the node's name, which no DNS knows.
    "kubelet-preferred-address-types": "InternalIP",
    "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
    "service-account-key-file": made.serviceAccountKey,
    "service-account-signing-key-file": made.serviceAccountKey,
    "authorization-mode": "Node,RBAC",
    // With the second, whoever owns an object and blocks the owner's deletion needs the right to, as on OpenShift.
    "enable-admission-plugins": "NodeRestriction,OwnerReferencesPermissionEnforcement",
    "allow-privileged": "true",
    "audit-policy-file": join(folder, "audit-policy.json"),
    "audit-log-path": made.auditLog,
    "audit-log-maxsize": 2048,
    profiling: "false",
  };
  return Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
}
