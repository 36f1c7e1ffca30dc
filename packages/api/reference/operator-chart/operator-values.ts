import * as z from "zod";
import { off, on, passedOn, passedOnList, resources, text, texts } from "./kubernetes-values.ts";
import { operatorWithoutEffect } from "./without-effect.ts";

const Images = {
  image: text("Image of the operator; empty: `ghcr.io/headgate/operator` in the chart's version."),
  vmcpImage: text("Image of gateways; empty: `ghcr.io/headgate/gateway` in the chart's version."),
  imagePullPolicy: z
    .enum(["Always", "IfNotPresent", "Never"])
    .default("IfNotPresent")
    .describe("When the operator's image is pulled."),
  imagePullSecrets: passedOnList("Secrets for pulling the operator's image, as `name: …`."),
  defaultImagePullSecrets: z
    .array(z.union([z.string().min(1), z.strictObject({ name: z.string().min(1) })]))
    .default([])
    .describe(
      "Secrets for pulling gateways' images, as names or `name: …`; each has to be in the gateway's namespace.",
    ),
  imageDiscovery: z
    .strictObject({
      enabled: off(
        "A Deployment without Pods that names every image, for tools that copy images by manifests.",
      ),
      resources: passedOn().default({}).describe("What its containers would be allowed to use."),
    })
    .prefault({}),
};

const Rbac = z
  .strictObject({
    scope: z
      .enum(["cluster", "namespace"])
      .default("cluster")
      .describe(
        "`cluster`: all namespaces, by a ClusterRole. `namespace`: those below, by a Role in each and nothing in the cluster.",
      ),
    allowedNamespaces: z
      .array(z.string().min(1).max(63))
      .default([])
      .describe(
        "With scope `namespace`, where it acts: they have to exist. Empty: the release's own namespace.",
      ),
  })
  .prefault({});

const ServiceAccount = z
  .strictObject({
    create: on("Whether the ServiceAccount is made; else `name` has to exist."),
    automountServiceAccountToken: on("Whether its token is mounted; the operator needs it."),
    annotations: texts("Annotations of the ServiceAccount."),
    labels: texts("Labels of the ServiceAccount."),
    name: text("Its name; empty: that of the release's other objects."),
  })
  .prefault({});

const LeaderElection = z
  .strictObject({
    name: text("Name of the Role; empty: derived."),
    binding: z
      .strictObject({ name: text("Name of the RoleBinding; empty: derived.") })
      .prefault({}),
    rules: passedOnList("Rules of the Role; empty: what one Lease takes."),
  })
  .prefault({});

const DefaultRedis = z
  .strictObject({
    addr: text("`host:port` of the Redis of gateways that name none; empty: none."),
    existingSecret: text(
      "Secret with its password, in the namespace of every gateway that uses it; empty: none.",
    ),
    existingSecretKey: text("Key in that Secret; empty: `redis-password`."),
  })
  .prefault({});

const Port = z.strictObject({
  name: z.enum(["metrics", "health"]),
  containerPort: z.int().min(1024).max(65_535),
  protocol: z.literal("TCP").default("TCP"),
});

const PodSecurity = {
  podSecurityContext: passedOn()
    .default({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } })
    .describe("Security of the Pod."),
  containerSecurityContext: passedOn()
    .default({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      runAsUser: 1000,
      capabilities: { drop: ["ALL"] },
      seccompProfile: { type: "RuntimeDefault" },
    })
    .describe("Security of the container; on OpenShift without `runAsUser`."),
};

const Probes = {
  livenessProbe: passedOn()
    .default({
      httpGet: { path: "/healthz", port: "health" },
      periodSeconds: 20,
      timeoutSeconds: 5,
    })
    .describe("When the operator is started anew."),
  readinessProbe: passedOn()
    .default({ httpGet: { path: "/readyz", port: "health" }, periodSeconds: 5, timeoutSeconds: 5 })
    .describe("Ready is who has seen every object once."),
};

/** The values under `operator`. */
export const OperatorValues = z
  .strictObject({
    replicaCount: z
      .int()
      .min(0)
      .max(5)
      .default(1)
      .describe("Operators that run; one of them acts, the others wait to take its place."),
    ...Images,
    defaultRedis: DefaultRedis,
    openshift: z
      .enum(["auto", "always", "never"])
      .default("auto")
      .describe(
        "Whether the platform gives out user ids; `auto`: if it knows Routes of OpenShift.",
      ),
    rbac: Rbac,
    serviceAccount: ServiceAccount,
    leaderElectionRole: LeaderElection,
    env: passedOnList("Further environment; what the chart sets itself wins."),
    ports: z
      .array(Port)
      .length(2)
      .default([
        { name: "metrics", containerPort: 8080, protocol: "TCP" },
        { name: "health", containerPort: 8081, protocol: "TCP" },
      ])
      .describe("Where metrics and health are served."),
    resources: resources({
      limits: { cpu: "1", memory: "384Mi" },
      requests: { cpu: "20m", memory: "128Mi" },
    }),
    ...Probes,
    ...PodSecurity,
    podAnnotations: texts("Annotations of the Pods."),
    podLabels: texts("Labels of the Pods."),
    priorityClassName: text("Priority of the Pods."),
    nodeSelector: texts("Labels of the nodes that the Pods run on."),
    tolerations: passedOnList("Taints that the Pods put up with."),
    affinity: passedOn().default({}).describe("Where the Pods rather run."),
    topologySpreadConstraints: passedOnList("How the Pods are spread."),
    volumes: passedOnList("Further volumes."),
    volumeMounts: passedOnList("Where they are mounted."),
    ...operatorWithoutEffect,
  })
  .prefault({});
