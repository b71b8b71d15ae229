/** Time as the parts see it; tests pass their own. */
export interface Clock {
  /** Epoch milliseconds. */
  readonly nowMs: () => number;
}

export const systemClock: Clock = { nowMs: () => Date.now() };
