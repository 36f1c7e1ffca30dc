/** How long and how large a run is. */
export interface Scale {
  /** Times each target gets its turn. */
  readonly rounds: number;
  /** Length of one turn. */
  readonly windowMs: number;
  readonly warmUpMs: number;
  /** Clients connected per turn. */
  readonly connects: number;
  /** Crowd sizes at which memory and sockets are read. */
  readonly crowds: readonly [number, number];
  /** Longest wait for memory to come to rest before it is read. */
  readonly restMs: number;
  /** Time over which the processor use of idle sessions is read. */
  readonly idleMs: number;
  /** Length of the 150 calls a second. */
  readonly arrivalsMs: number;
  /** Load before memory under load is read. */
  readonly loadMs: number;
}

/** Under a minute: enough to see a mistake. */
export const QUICK: Scale = {
  rounds: 2,
  windowMs: 800,
  warmUpMs: 600,
  connects: 200,
  crowds: [200, 1000],
  restMs: 1000,
  idleMs: 1500,
  arrivalsMs: 2000,
  loadMs: 2000,
};

/** A few minutes: the figures to compare by. */
export const USUAL: Scale = {
  rounds: 5,
  windowMs: 2000,
  warmUpMs: 2000,
  connects: 500,
  crowds: [1000, 10_000],
  restMs: 12_000,
  idleMs: 10_000,
  arrivalsMs: 10_000,
  loadMs: 10_000,
};

/** As the bars are stated. */
export const LONG: Scale = { ...USUAL, windowMs: 5000, arrivalsMs: 40_000, loadMs: 60_000 };
