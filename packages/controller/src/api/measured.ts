import type { ApiRequestMetric, Metrics } from "../telemetry/metrics.ts";
import type { Clock } from "../time/clock.ts";
import type { ApiAnswer, ApiRequest, ApiStream, Transport } from "./transport.ts";

/** What a request is counted as. */
export type Counted = Pick<ApiRequestMetric, "verb" | "resource">;

/** A transport whose every request is reported, whether it was answered or not. */
export interface Measured {
  readonly send: (counted: Counted, request: ApiRequest) => Promise<ApiAnswer>;
  readonly stream: (counted: Counted, request: ApiRequest) => Promise<ApiStream>;
}

/** Reports what a transport does as figures. */
export function measured(parts: {
  transport: Transport;
  metrics: Metrics;
  clock: Clock;
}): Measured {
  const { transport, metrics, clock } = parts;
  const timed = async <A extends { readonly status: number }>(
    counted: Counted,
    request: () => Promise<A>,
  ): Promise<A> => {
    const began = clock.monotonicMs();
    let status = 0;
    try {
      const answer = await request();
      ({ status } = answer);
      return answer;
    } finally {
      metrics.apiRequest({ ...counted, status, durationMs: clock.monotonicMs() - began });
    }
  };
  return {
    send: (counted, request) => timed(counted, () => transport.send(request)),
    stream: (counted, request) => timed(counted, () => transport.stream(request)),
  };
}
