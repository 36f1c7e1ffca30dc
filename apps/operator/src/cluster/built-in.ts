import { defineKind, type KubeObject } from "@headgate/controller";

type Json = Readonly<Record<string, unknown>>;

/** A ConfigMap. */
export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}
/** A Secret with its content; values are base64. */
export interface Secret extends KubeObject {
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
}
/** A condition of a built-in kind. */
export interface WorkloadCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}
/** A Deployment, as far as it is looked at. */
export interface Deployment extends KubeObject {
  readonly spec?: Json;
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly conditions?: readonly WorkloadCondition[];
  };
}
/** A Pod, as far as it is looked at. */
export interface Pod extends KubeObject {
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly conditions?: readonly WorkloadCondition[];
  };
}
/** Any object of which only what is applied matters. */
export interface Declared extends KubeObject {
  readonly spec?: Json;
}

const namespaced = { version: "v1", namespaced: true } as const;
const core = { ...namespaced, group: "" } as const;

export const configMaps = defineKind<ConfigMap>({
  ...core,
  kind: "ConfigMap",
  plural: "configmaps",
});
export const secrets = defineKind<Secret>({ ...core, kind: "Secret", plural: "secrets" });
export const services = defineKind<Declared>({ ...core, kind: "Service", plural: "services" });
export const pods = defineKind<Pod>({ ...core, kind: "Pod", plural: "pods" });
export const serviceAccounts = defineKind<Declared>({
  ...core,
  kind: "ServiceAccount",
  plural: "serviceaccounts",
});
export const deployments = defineKind<Deployment>({
  ...namespaced,
  group: "apps",
  kind: "Deployment",
  plural: "deployments",
});
export const roles = defineKind<Declared>({
  ...namespaced,
  group: "rbac.authorization.k8s.io",
  kind: "Role",
  plural: "roles",
});
export const roleBindings = defineKind<Declared>({
  ...namespaced,
  group: "rbac.authorization.k8s.io",
  kind: "RoleBinding",
  plural: "rolebindings",
});
export const disruptionBudgets = defineKind<Declared>({
  ...namespaced,
  group: "policy",
  kind: "PodDisruptionBudget",
  plural: "poddisruptionbudgets",
});
export const autoscalers = defineKind<Declared>({
  ...namespaced,
  version: "v2",
  group: "autoscaling",
  kind: "HorizontalPodAutoscaler",
  plural: "horizontalpodautoscalers",
});
export const networkPolicies = defineKind<Declared>({
  ...namespaced,
  group: "networking.k8s.io",
  kind: "NetworkPolicy",
  plural: "networkpolicies",
});
