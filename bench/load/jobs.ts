/** What the load process can be asked to do, and what it answers; all of it survives JSON. */
export interface Jobs {
  /** Finds the advertised name of the tool whose own name is `suffix`. */
  readonly findTool: {
    readonly ask: { url: string; suffix: string };
    readonly answer: { tool: string; tools: number };
  };
  /** `callers` sessions in a closed loop for `durationMs`. */
  readonly loop: { readonly ask: LoopAsk; readonly answer: LoopAnswer };
  /** Calls at a fixed rate, up to sixteen at a time. */
  readonly arrivals: {
    readonly ask: { url: string; tool: string; perSecond: number; durationMs: number };
    readonly answer: { calls: number; errors: number };
  };
  /** Connects `count` clients (initialize, initialized, list), eight at a time, and then ends their sessions when told. */
  readonly connects: {
    readonly ask: { url: string; count: number };
    readonly answer: { p50Micros: number };
  };
  /** Grows the crowd of idle sessions to `sessions`, each with a GET stream if asked. */
  readonly gather: {
    readonly ask: { url: string; sessions: number; streams: boolean };
    readonly answer: object;
  };
  /** Deletes every session of the crowd; says when the last of its streams was ended by the server. */
  readonly disperse: {
    readonly ask: object;
    readonly answer: { streamsEndedMs: number | undefined };
  };
  /** Closes every connection. */
  readonly hangUp: { readonly ask: object; readonly answer: object };
}

/** A closed loop: every caller has a session and sends its next request when the last is answered. */
export interface LoopAsk {
  readonly url: string;
  readonly request: "call" | "list";
  readonly tool: string;
  readonly callers: number;
  readonly durationMs: number;
}

/** What a closed loop saw; latencies are per request. */
export interface LoopAnswer {
  readonly requests: number;
  readonly wallMicros: number;
  readonly p50Micros: number;
  readonly p99Micros: number;
}

/** The name of a job. */
export type JobName = keyof Jobs;
