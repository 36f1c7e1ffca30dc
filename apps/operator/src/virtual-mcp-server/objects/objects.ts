import { type KubeObject, type OwnerReference } from "@headgate/controller";
import { MANAGED_LABEL } from "../../cluster/labels.ts";
import { namesFor, objectLabels, PORT, selectorLabels } from "../names.ts";
import type { Json } from "../strategic-merge.ts";
import { CONFIG_KEY, HMAC_KEY } from "./container.ts";

/** Whose objects these are. */
export interface Owned {
  readonly namespace: string;
  readonly server: string;
  readonly owner: OwnerReference;
}

/** Fields of an object that are applied. */
export type Wish = KubeObject & { readonly [field: string]: unknown };

const RBAC_GROUP = "rbac.authorization.k8s.io";

function metadata(
  { namespace, owner }: Owned,
  name: string,
  labels: Readonly<Record<string, string>>,
): KubeObject["metadata"] {
  return { name, namespace, labels, ownerReferences: [owner] };
}

/** The Deployment of the gateways. Without a number of replicas, that is left to others. */
export function deployment(
  owned: Owned,
  {
    template,
    replicas,
    annotations,
  }: {
    readonly template: Json;
    readonly replicas: number | undefined;
    readonly annotations: Readonly<Record<string, string>>;
  },
): Wish {
  const about = metadata(owned, namesFor(owned.server).deployment, objectLabels(owned.server));
  return {
    metadata: { ...about, ...(Object.keys(annotations).length > 0 && { annotations }) },
    spec: {
      ...(replicas !== undefined && { replicas }),
      selector: { matchLabels: selectorLabels(owned.server) },
      template,
    },
  };
}

/** The Service in front of the gateways. */
export function service(owned: Owned, type: string, sessionAffinity: string): Wish {
  return {
    metadata: metadata(owned, namesFor(owned.server).service, objectLabels(owned.server)),
    spec: {
      type,
      sessionAffinity,
      selector: selectorLabels(owned.server),
      ports: [{ name: "http", port: PORT, targetPort: PORT, protocol: "TCP" }],
    },
  };
}

/** The ConfigMap with the configuration; a gateway follows it by name. */
export function configMap(owned: Owned, text: string, checksum: string): Wish {
  const name = namesFor(owned.server).configMap;
  const labels = {
    "toolhive.stacklok.io/component": "vmcp-config",
    "toolhive.stacklok.io/virtual-mcp-server": owned.server,
    "toolhive.stacklok.io/managed-by": "toolhive-operator",
    [MANAGED_LABEL.name]: MANAGED_LABEL.value,
  };
  const annotations = { "toolhive.stacklok.dev/content-checksum": checksum };
  return {
    metadata: { ...metadata(owned, name, labels), annotations },
    data: { [CONFIG_KEY]: text },
  };
}

/** The account of the Pods. */
export function serviceAccount(owned: Owned, imagePullSecrets: readonly string[]): Wish {
  return {
    metadata: metadata(owned, namesFor(owned.server).account, objectLabels(owned.server)),
    ...(imagePullSecrets.length > 0 && {
      imagePullSecrets: imagePullSecrets.map((name) => ({ name })),
    }),
  };
}

/** What the Pods may do: follow the one ConfigMap that is theirs. */
export function role(owned: Owned): Wish {
  const { account, configMap: name } = namesFor(owned.server);
  return {
    metadata: metadata(owned, account, objectLabels(owned.server)),
    rules: [
      {
        apiGroups: [""],
        resources: ["configmaps"],
        resourceNames: [name],
        verbs: ["get", "list", "watch"],
      },
    ],
  };
}

/** Gives the account its role. */
export function roleBinding(owned: Owned): Wish {
  const { account } = namesFor(owned.server);
  return {
    metadata: metadata(owned, account, objectLabels(owned.server)),
    roleRef: { apiGroup: RBAC_GROUP, kind: "Role", name: account },
    subjects: [{ kind: "ServiceAccount", name: account, namespace: owned.namespace }],
  };
}

/** The Secret of the server; its content is made once and stays. */
export function hmacSecret(owned: Owned, secret: Buffer): Wish {
  const text = secret.toString("base64");
  const labels = {
    "app.kubernetes.io/name": "virtualmcpserver",
    "app.kubernetes.io/instance": owned.server,
    "app.kubernetes.io/component": "session-security",
    "app.kubernetes.io/managed-by": "toolhive-operator",
    [MANAGED_LABEL.name]: MANAGED_LABEL.value,
  };
  const annotations = {
    "toolhive.stacklok.dev/purpose": "hmac-secret-for-session-token-binding",
  };
  return {
    metadata: { ...metadata(owned, namesFor(owned.server).hmacSecret, labels), annotations },
    type: "Opaque",
    data: { [HMAC_KEY]: Buffer.from(text).toString("base64") },
  };
}
