import { readFile } from "node:fs/promises";
import { Agent } from "undici";

/** Environment variables by name. */
type Env = Readonly<Record<string, string | undefined>>;

/** Which key of which ConfigMap holds the configuration of this gateway. */
interface ConfigMapPlace {
  readonly namespace: string;
  readonly name: string;
  readonly key: string;
}

/** How the API server is reached from a Pod. */
interface InCluster {
  /** `https://10.0.0.1:443`, without a path. */
  readonly origin: string;
  readonly configMap: ConfigMapPlace;
  /** The token of the Pod's account, read anew each time: it is replaced every hour. */
  readonly token: () => Promise<string>;
  readonly agent: Agent;
}

const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";
const CONFIG_KEY = "config.yaml";
/** The API server sends a sign of life every minute. */
const SILENCE_MS = 150_000;

/** The way to the ConfigMap that an operator named; undefined outside of Kubernetes, and under an operator that names none. Rejects when the Pod has no account. */
async function inCluster(env: Env, account = ACCOUNT): Promise<InCluster | undefined> {
  const host = env["KUBERNETES_SERVICE_HOST"] ?? "";
  const port = env["KUBERNETES_SERVICE_PORT"] ?? "443";
  const name = env["HEADGATE_CONFIG_MAP"] ?? "";
  const namespace = env["VMCP_NAMESPACE"] ?? "";
  if (host === "" || name === "" || namespace === "") return undefined;
  const ca = await readFile(`${account}/ca.crt`, "utf8");
  return {
    origin: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    configMap: { namespace, name, key: CONFIG_KEY },
    token: async () => (await readFile(`${account}/token`, "utf8")).trim(),
    agent: new Agent({
      connect: { ca, timeout: 10_000 },
      connections: 2,
      bodyTimeout: SILENCE_MS,
      headersTimeout: 30_000,
    }),
  };
}

export { inCluster, type ConfigMapPlace, type InCluster };
