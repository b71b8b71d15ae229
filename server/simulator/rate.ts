/** Longest stall that is caught up with, so that a frozen process does not come back with a flood. */
export const catchUpMsMax = 500;

/** What has accrued and when it was last looked at. Thousandths of a payment: integers, so nothing drifts. */
export interface RateState {
  readonly thousandths: number;
  readonly lastMs: number;
}

export function startRate(nowMs: number): RateState {
  return { thousandths: 0, lastMs: nowMs };
}

/** How many payments are due at `nowMs`. A clock that goes back accrues nothing. */
export function accrue(
  state: RateState,
  nowMs: number,
  ratePerSecond: number,
): { readonly due: number; readonly state: RateState } {
  const elapsedMs = Math.min(Math.max(nowMs - state.lastMs, 0), catchUpMsMax);
  const thousandths = state.thousandths + elapsedMs * ratePerSecond;
  return { due: Math.floor(thousandths / 1_000), state: { thousandths: thousandths % 1_000, lastMs: nowMs } };
}
