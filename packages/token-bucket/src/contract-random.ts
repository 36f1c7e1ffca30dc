/** A stream of whole numbers from a seed: `below(n)` gives 0 … n−1, the same sequence every time. */
export interface SeededRandom {
  below(bound: number): number;
}

/** Mulberry32: small, fast and good enough to walk a state space; a failure is repeated by its seed. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed;
  return {
    below(bound) {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
    },
  };
}
