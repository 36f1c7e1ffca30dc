import { type connect, type Metrics, noMetrics } from "@headgate/controller";

/** A verb on a resource, as rules have them: `patch deployments.apps/scale`. */
export type Asked = string;

/** Remembers what an API server was asked, and what it forbade. */
export class RecordedRequests {
  readonly asked = new Set<Asked>();
  readonly forbidden = new Set<Asked>();

  /** Takes note of every request. */
  readonly metrics: Metrics = {
    ...noMetrics,
    apiRequest: ({ verb, resource, status }) => {
      for (const one of verbsOf(verb, status)) {
        const asked = `${one} ${resource}`;
        this.asked.add(asked);
        if (status === 403) this.forbidden.add(asked);
      }
    },
  };

  /** A connection whose requests are recorded. */
  connection(kubeconfig: string): Parameters<typeof connect>[0] {
    return {
      kubeConfig: { from: "file", path: kubeconfig },
      userAgent: "headgate-operator/permissions",
      metrics: this.metrics,
    };
  }
}

const CREATED = 201;

// To the API server an apply is a patch, and a create too when nothing is there.
function verbsOf(verb: string, status: number): readonly string[] {
  if (verb !== "apply") return [verb];
  return status === CREATED ? ["patch", "create"] : ["patch"];
}
