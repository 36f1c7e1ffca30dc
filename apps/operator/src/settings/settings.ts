import * as z from "zod";

const Names = z
  .string()
  .default("")
  .transform((text) =>
    text
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== ""),
  );
const Switch = z
  .string()
  .default("")
  .transform((text) => ["true", "1", "t", "yes"].includes(text.toLowerCase()));
const Text = z
  .string()
  .default("")
  .transform((text) => (text === "" ? undefined : text));

const Environment = z.object({
  POD_NAMESPACE: Text,
  POD_NAME: Text,
  HEADGATE_LEASE: z
    .string()
    .default("")
    .transform((name) => name || "headgate-operator"),
  WATCH_NAMESPACE: Names,
  KUBECONFIG: Text,
  VMCP_IMAGE: z
    .string()
    .default("")
    .transform((image) => image || "ghcr.io/headgate/gateway:0.1.0"),
  TOOLHIVE_DEFAULT_IMAGE_PULL_SECRETS: Names,
  TOOLHIVE_DEFAULT_REDIS_ADDR: Text,
  TOOLHIVE_DEFAULT_REDIS_SECRET_NAME: Text,
  TOOLHIVE_DEFAULT_REDIS_SECRET_KEY: z
    .string()
    .default("")
    .transform((key) => key || "redis-password"),
  OPERATOR_OPENSHIFT: Switch,
});

/** What the operator is told by its environment. */
export interface Settings {
  /** The namespace it runs in, where its lease is. */
  readonly namespace: string;
  /** The lease by which one operator of an installation acts at a time. */
  readonly lease: string;
  /** The namespaces it acts in; undefined: all of them. */
  readonly watchNamespaces: readonly string[] | undefined;
  /** The kubeconfig to use; undefined: the ServiceAccount of its Pod. */
  readonly kubeConfig: string | undefined;
  /** Different for every process that may lead. */
  readonly podName: string | undefined;
  readonly gatewayImage: string;
  readonly imagePullSecrets: readonly string[];
  /** The Redis of gateways that name none. */
  readonly defaultRedis: DefaultRedis | undefined;
  /** Whether user and group ids of Pods are given by the platform. */
  readonly openShift: boolean;
}

/** A Redis for gateways that name none themselves. */
export interface DefaultRedis {
  readonly address: string;
  readonly passwordRef?: { readonly name: string; readonly key: string };
}

/** Reads the environment; throws a ZodError on what cannot be understood. */
export function settingsFrom(env: Readonly<Record<string, string | undefined>>): Settings {
  const read = Environment.parse(env);
  return {
    namespace: read.POD_NAMESPACE ?? "default",
    lease: read.HEADGATE_LEASE,
    watchNamespaces: read.WATCH_NAMESPACE.length === 0 ? undefined : read.WATCH_NAMESPACE,
    kubeConfig: read.KUBECONFIG,
    podName: read.POD_NAME,
    gatewayImage: read.VMCP_IMAGE,
    imagePullSecrets: read.TOOLHIVE_DEFAULT_IMAGE_PULL_SECRETS,
    defaultRedis: defaultRedisOf(read),
    openShift: read.OPERATOR_OPENSHIFT,
  };
}

function defaultRedisOf(read: z.output<typeof Environment>): DefaultRedis | undefined {
  const address = read.TOOLHIVE_DEFAULT_REDIS_ADDR;
  const name = read.TOOLHIVE_DEFAULT_REDIS_SECRET_NAME;
  if (address === undefined) return undefined;
  if (name === undefined) return { address };
  return { address, passwordRef: { name, key: read.TOOLHIVE_DEFAULT_REDIS_SECRET_KEY } };
}
