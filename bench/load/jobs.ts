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
  /** Grows the crowd of idle sessions. */
  readonly gather: { readonly ask: GatherAsk; readonly answer: object };
  /** Uses sessions of the crowd once each, one after the other. */
  readonly touch: { readonly ask: TouchAsk; readonly answer: TouchAnswer };
  /** Has `count` sessions of the crowd call at once; the server answers after `waitMs`. */
  readonly callAtOnce: {
    readonly ask: { url: string; count: number; tool: string; waitMs: number };
    readonly answer: object;
  };
  /** Sessions that come, call and go. */
  readonly churn: { readonly ask: ChurnAsk; readonly answer: ChurnAnswer };
  /** Deletes every session of the crowd; says when the last of its streams was ended by the server. */
  readonly disperse: {
    readonly ask: object;
    readonly answer: { streamsEndedMs: number | undefined };
  };
  /** Closes every connection. */
  readonly hangUp: { readonly ask: object; readonly answer: object };
}

/** The crowd grows to `sessions`, each with a GET stream if asked, and with one call of each of `tools` behind it. */
export interface GatherAsk {
  readonly url: string;
  readonly sessions: number;
  readonly streams: boolean;
  readonly tools?: readonly string[];
}

/** Which sessions of the crowd, by when they came, are used at which gateway: with a call of `tool`, or else a ping. */
export interface TouchAsk {
  readonly url: string;
  readonly from: number;
  readonly count: number;
  readonly tool?: string;
}

/** How long each took that was answered. */
export interface TouchAnswer {
  readonly failed: number;
  readonly requests: number;
  readonly p50Micros: number;
  readonly p99Micros: number;
}

/** How fast sessions come and call, over the tools in turn, and how long each is used. */
export interface ChurnAsk {
  readonly url: string;
  readonly tools: readonly string[];
  readonly callsPerSecond: number;
  readonly sessionsPerSecond: number;
  readonly lifeMs: number;
  readonly durationMs: number;
}

/** What came of it; each error once, with how often. */
export interface ChurnAnswer {
  readonly calls: number;
  readonly failedCalls: number;
  readonly sessions: number;
  readonly failedSessions: number;
  readonly errors: readonly string[];
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
