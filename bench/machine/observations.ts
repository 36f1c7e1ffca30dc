/** What an observed gateway can be asked, and what it answers; all of it survives JSON. */
export interface Observations {
  /** Begins to watch the event loop. */
  readonly watchLoop: object;
  /** When it was held up since, and for how long. */
  readonly heldUp: { readonly holdUps: readonly HoldUp[]; readonly watchedMs: number };
  /** Memory after a full garbage collection, if Node.js has `--expose-gc`. */
  readonly memory: { readonly rssBytes: number; readonly heapBytes: number };
  /** What is alive in the heap; stops everything for as long as a heap snapshot takes. */
  readonly alive: Alive;
}

/** The event loop came back late. */
export interface HoldUp {
  /** Since the watch began. */
  readonly atMs: number;
  readonly forMs: number;
  /** How much of that this program ran; for the rest of it the machine did something else. */
  readonly ranMs: number;
}

/** Objects alive, by kind. */
export interface Alive {
  /** Timers, whether or not they keep the process running. */
  readonly timers: number;
  /** Listeners of all event emitters. */
  readonly listeners: number;
  readonly sockets: number;
  /** What keeps the event loop running, by the runtime's own names. */
  readonly resources: Readonly<Record<string, number>>;
}

/** The name of an observation. */
export type ObservationName = keyof Observations;
