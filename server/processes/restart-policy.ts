/** How often and how fast a process that dies is started again. */
export interface RestartPolicy {
  /** Before the first restart; short, so that a killed producer or consumer is back within a second. */
  readonly firstDelayMs: number;
  /** Before the second restart; doubles from there. */
  readonly secondDelayMs: number;
  readonly delayMsMax: number;
  /** More deaths than this within `withinMs`, and it has failed. */
  readonly restartsMax: number;
  readonly withinMs: number;
  /** Between the restarts of one that has failed: what it lacks (room on the disk, a port) may come back. */
  readonly failedDelayMs: number;
}

export const restartPolicy: RestartPolicy = {
  firstDelayMs: 20,
  secondDelayMs: 250,
  delayMsMax: 8_000,
  restartsMax: 8,
  withinMs: 60_000,
  failedDelayMs: 20_000,
};

export interface RestartDecision {
  /** Deaths that still count, this one included. */
  readonly deathsAtMs: readonly number[];
  /** Null: it died too often. */
  readonly delayMs: number | null;
}

/** What follows a death at `nowMs` after the earlier ones. */
export function decideRestart(
  earlierDeathsAtMs: readonly number[],
  nowMs: number,
  policy: RestartPolicy,
): RestartDecision {
  const deathsAtMs = [...earlierDeathsAtMs.filter((at) => nowMs - at < policy.withinMs), nowMs];
  const restarts = deathsAtMs.length;
  if (restarts > policy.restartsMax) return { deathsAtMs, delayMs: null };
  if (restarts === 1) return { deathsAtMs, delayMs: policy.firstDelayMs };
  return { deathsAtMs, delayMs: Math.min(policy.secondDelayMs * 2 ** (restarts - 2), policy.delayMsMax) };
}
