import { noMetrics } from "../telemetry/metrics.ts";
import { systemClock } from "../time/clock.ts";
import type { ConnectOptions } from "./connect.ts";
import { connectionTo } from "./connection.ts";
import { httpTransport } from "./http-transport.ts";
import { defineKind, objectPath } from "./kind.ts";
import { measured } from "./measured.ts";
import { errorOf, statusOf } from "./status.ts";

/** Which port of which Pod is asked for what. */
export interface PodRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  /** Begins with a slash. */
  readonly path: string;
  readonly signal?: AbortSignal;
}

/** Asks Pods over the API server, which reaches them from wherever this program runs. */
export interface PodProxy {
  /** The JSON that a Pod answers a GET with; throws `ControllerError` on everything but a success. */
  readonly get: (request: PodRequest) => Promise<unknown>;
  /** Lets go of every connection. */
  readonly close: () => void;
}

const POD = defineKind({
  group: "",
  version: "v1",
  kind: "Pod",
  plural: "pods",
  namespaced: true,
});

/** A way to Pods over the API server that a kubeconfig names; needs the right to `get` `pods/proxy`. */
export function podProxy(options: ConnectOptions): PodProxy {
  const { kubeConfig, metrics = noMetrics, ...rest } = options;
  const transport = httpTransport(connectionTo(kubeConfig), rest);
  const { send } = measured({ transport, metrics, clock: systemClock });
  return {
    get: async ({ namespace, pod, port, path, signal }) => {
      const target = objectPath(POD, { namespace, name: `${pod}:${port}` }, "proxy");
      const answer = await send(
        { verb: "get", resource: "pods/proxy" },
        { method: "GET", path: target + path, ...(signal === undefined ? {} : { signal }) },
      );
      if (answer.status >= 200 && answer.status < 300) return answer.body;
      throw errorOf(`GET ${target}${path}`, statusOf(answer));
    },
    close: () => transport.close(),
  };
}
