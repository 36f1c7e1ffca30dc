import type { GatewayConfigInput } from "@headgate/api";
import { REDIS_PASSWORD } from "@headgate/gateway-config";
import { CONTAINER, namesFor, PORT } from "../names.ts";
import type { EnvVar, MountedFile, Needs } from "../needs.ts";
import type { Json } from "../strategic-merge.ts";

/** What the container of a gateway is made of. */
export interface ContainerParts {
  readonly server: string;
  readonly namespace: string;
  readonly image: string;
  readonly config: GatewayConfigInput;
  readonly needs: Needs;
  /** Whether user and group ids are given by the platform. */
  readonly openShift: boolean;
}

/** Where the configuration is mounted, and under which key it is in the ConfigMap. */
export const CONFIG_DIRECTORY = "/etc/vmcp-config";
export const CONFIG_KEY = "config.yaml";
export const HMAC_KEY = "hmac-secret";
/** Seconds in which a Pod that is told to stop still gets requests, as not everybody knows yet. */
export const PRE_STOP_SECONDS = 5;
/** User and group of the gateway. */
export const NOBODY = 1000;

/** The container of the gateway. */
export function gatewayContainer(parts: ContainerParts): Json {
  const { image, config, needs, openShift } = parts;
  const ids = openShift ? {} : { runAsUser: NOBODY, runAsGroup: NOBODY };
  return {
    name: CONTAINER,
    image,
    imagePullPolicy: "IfNotPresent",
    args: [
      "serve",
      `--config=${CONFIG_DIRECTORY}/${CONFIG_KEY}`,
      "--host=0.0.0.0",
      `--port=${PORT}`,
      ...(config.operational?.logLevel === "debug" ? ["--debug"] : []),
    ],
    ports: [{ name: "http", containerPort: PORT, protocol: "TCP" }],
    env: environment(parts).map(envVar),
    resources: {
      requests: { cpu: "100m", memory: "128Mi" },
      limits: { cpu: "500m", memory: "512Mi" },
    },
    // Nothing is asked of a Pod that still starts; from then on it is looked at without delay.
    startupProbe: probe("/health", { periodSeconds: 1, timeoutSeconds: 3, failureThreshold: 60 }),
    livenessProbe: probe("/health", { periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 }),
    readinessProbe: probe("/readyz", { periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 3 }),
    lifecycle: { preStop: { sleep: { seconds: PRE_STOP_SECONDS } } },
    securityContext: {
      privileged: false,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      ...ids,
      capabilities: { drop: ["ALL"] },
      seccompProfile: { type: "RuntimeDefault" },
    },
    volumeMounts: [
      { name: "vmcp-config", mountPath: CONFIG_DIRECTORY, readOnly: true },
      { name: "tmp", mountPath: "/tmp" },
      ...mountsOf(needs.files),
    ],
  };
}

function probe(path: string, times: Json): Json {
  return { httpGet: { path, port: "http" }, ...times };
}

function environment({ server, namespace, needs }: ContainerParts): readonly EnvVar[] {
  const names = namesFor(server);
  const [redis, others] = [
    needs.env.filter(({ name }) => name === REDIS_PASSWORD),
    needs.env.filter(({ name }) => name !== REDIS_PASSWORD),
  ];
  const secretHeaders = others.some(({ name }) => name.startsWith("TOOLHIVE_SECRET_"));
  return [
    { name: "VMCP_NAME", value: server },
    { name: "VMCP_NAMESPACE", value: namespace },
    ...others,
    { name: "VMCP_SESSION_HMAC_SECRET", secret: { name: names.hmacSecret, key: HMAC_KEY } },
    ...redis,
    // By this name the gateway follows its configuration through the API, faster than by the file.
    { name: "HEADGATE_CONFIG_MAP", value: names.configMap },
    { name: "XDG_CONFIG_HOME", value: "/tmp" },
    { name: "HOME", value: "/tmp" },
    { name: "TOOLHIVE_RUNTIME", value: "kubernetes" },
    { name: "UNSTRUCTURED_LOGS", value: "false" },
    ...(secretHeaders ? [{ name: "TOOLHIVE_SECRETS_PROVIDER", value: "environment" }] : []),
  ];
}

function envVar(one: EnvVar): Json {
  if ("value" in one) return one;
  const { name, secret } = one;
  return { name, valueFrom: { secretKeyRef: { name: secret.name, key: secret.key } } };
}

function mountsOf(files: readonly MountedFile[]): readonly Json[] {
  const directories = new Map(files.map(({ volume, directory }) => [volume, directory]));
  return [...directories].map(([name, mountPath]) => ({ name, mountPath, readOnly: true }));
}
