import { defineBucket, type Bucket } from "@headgate/token-bucket";

/** Callers in each process. */
export const CALLERS = 20;

/** A limit that is raced for. */
export interface Race {
  readonly name: string;
  readonly bucket: Bucket;
}

/** One that is used up all the time, and one that refills about as fast as it is asked for. */
export const RACES: readonly Race[] = [
  {
    name: "scarce (50 per 10 s)",
    bucket: defineBucket({ key: "scarce", capacity: 50, periodMicros: 10_000_000 }),
  },
  {
    name: "ample (50 per 5 ms)",
    bucket: defineBucket({ key: "ample", capacity: 50, periodMicros: 5_000 }),
  },
];

/** What a racing process is told. */
export interface RacerTask {
  readonly url: string;
  readonly seconds: number;
}

/** What it tells of one race: when each of its requests was admitted, by the clock of Redis. */
export interface Raced {
  readonly calls: number;
  readonly admittedMicros: readonly number[];
}
