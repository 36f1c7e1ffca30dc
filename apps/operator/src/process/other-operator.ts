import { type ApiClient, ControllerError, defineKind, type KubeObject } from "@headgate/controller";
import { type Deployment, deployments } from "../cluster/built-in.ts";

/** Another operator that acts on the same objects, and how to end it. */
export interface OtherOperator {
  /** What was found, in a sentence. */
  readonly what: string;
  /** What ends it. */
  readonly command: string;
}

interface Lease extends KubeObject {
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly renewTime?: string;
  };
}

const leases = defineKind<Lease>({
  group: "coordination.k8s.io",
  version: "v1",
  kind: "Lease",
  plural: "leases",
  namespaced: true,
});
const NAME = "toolhive-operator";
const LEASE = "toolhive-operator-leader-election";
/** How far the clocks of two machines may be apart. */
const CLOCK_SKEW_MS = 30_000;
const TERM_SECONDS = 15;

/** Looks for a running ToolHive operator in the namespaces that are acted in, or everywhere. What may not be looked at is left out. */
export async function otherOperator(
  client: Pick<ApiClient, "list">,
  namespaces: readonly string[] | undefined,
  nowMs: number,
): Promise<OtherOperator | undefined> {
  const found = await listed(namespaces, async (scope) => {
    const selected = { ...scope, labelSelector: `app.kubernetes.io/name=${NAME}` };
    return (await client.list(deployments, selected)).items;
  });
  const deployment = found.find(isRunning);
  if (deployment !== undefined) {
    const { namespace = "", name = "" } = deployment.metadata;
    return {
      what: `the ToolHive operator runs as Deployment ${namespace}/${name}`,
      command: `kubectl scale deployment ${name} --namespace ${namespace} --replicas=0`,
    };
  }
  const held = await listed(namespaces, async (scope) => {
    const selected = { ...scope, fieldSelector: `metadata.name=${LEASE}` };
    return (await client.list(leases, selected)).items;
  });
  const lease = held.find((one) => isHeld(one, nowMs));
  if (lease === undefined) return undefined;
  const { namespace = "" } = lease.metadata;
  return {
    what: `a ToolHive operator (${lease.spec?.holderIdentity}) holds the lease ${namespace}/${LEASE}`,
    command: `kubectl scale deployment ${NAME} --namespace ${namespace} --replicas=0`,
  };
}

async function listed<T>(
  namespaces: readonly string[] | undefined,
  list: (scope: { namespace?: string }) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const scopes = namespaces?.map((namespace) => ({ namespace })) ?? [{}];
  const pages = await Promise.all(
    scopes.map(async (scope) => {
      try {
        return await list(scope);
      } catch (error) {
        if (error instanceof ControllerError && error.code === "forbidden") return [];
        throw error;
      }
    }),
  );
  return pages.flat();
}

// A Deployment of ours may carry the same label, so that what selects it goes on to.
function isRunning({ spec, status }: Deployment): boolean {
  const wanted = (spec as { readonly replicas?: number } | undefined)?.replicas ?? 1;
  const images = JSON.stringify(spec?.["template"] ?? "");
  return (wanted > 0 || (status?.replicas ?? 0) > 0) && !images.includes("headgate");
}

function isHeld({ spec }: Lease, nowMs: number): boolean {
  const { holderIdentity = "", leaseDurationSeconds = TERM_SECONDS, renewTime } = spec ?? {};
  if (holderIdentity === "" || renewTime === undefined) return false;
  const renewedMs = Date.parse(renewTime);
  return nowMs - renewedMs < leaseDurationSeconds * 1000 + CLOCK_SKEW_MS;
}
