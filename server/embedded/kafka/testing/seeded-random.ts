/** Numbers that look random and come back with the same seed (mulberry32, public domain). */
export interface SeededRandom {
  /** A whole number from 0 to limit − 1. */
  below(limit: number): number;
  /** Any int32. */
  int32(): number;
}

export function seededRandom(seed: number): SeededRandom {
  let state = seed | 0;
  const int32 = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) | 0;
  };
  return { int32, below: (limit) => (int32() >>> 0) % limit };
}
