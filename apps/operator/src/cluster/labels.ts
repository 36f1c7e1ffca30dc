/** On every object that the operator makes, so that it need not follow all others. */
export const MANAGED_LABEL = { name: "headgate.dev/managed", value: "true" } as const;

/** Selects the objects that the operator made. */
export const MANAGED_SELECTOR = `${MANAGED_LABEL.name}=${MANAGED_LABEL.value}`;

/** Selects the Pods of gateways, whoever made them. */
export const GATEWAY_PODS_SELECTOR = "app=virtualmcpserver,toolhive=true";
