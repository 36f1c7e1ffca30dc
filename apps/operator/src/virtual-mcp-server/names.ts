import { MANAGED_LABEL } from "../cluster/labels.ts";

/** The port that gateways listen on, inside and in front of their Pods. */
export const PORT = 4483;

/** The container of the gateway in its Pod. */
export const CONTAINER = "vmcp";

/** The names of everything that is made for a server. */
export interface Names {
  readonly deployment: string;
  readonly service: string;
  readonly account: string;
  readonly configMap: string;
  readonly hmacSecret: string;
}

/** What the objects of a server are called; an object that another operator made for it is found by these names. */
export function namesFor(server: string): Names {
  return {
    deployment: server,
    service: `vmcp-${server}`,
    account: `${server}-vmcp`,
    configMap: `${server}-vmcp-config`,
    hmacSecret: `${server}-hmac-secret`,
  };
}

/** The labels by which Deployment and Service find Pods. They can never change: a Deployment's selector is fixed. */
export function selectorLabels(server: string): Readonly<Record<string, string>> {
  return {
    app: "virtualmcpserver",
    "app.kubernetes.io/name": "virtualmcpserver",
    "app.kubernetes.io/instance": server,
    toolhive: "true",
    "toolhive-name": server,
  };
}

/** The labels of an object itself. */
export function objectLabels(server: string): Readonly<Record<string, string>> {
  return { ...selectorLabels(server), [MANAGED_LABEL.name]: MANAGED_LABEL.value };
}

/** Where a gateway is reached inside the cluster. */
export function addressOf(namespace: string, server: string): string {
  return `http://${namesFor(server).service}.${namespace}.svc.cluster.local:${PORT}`;
}
