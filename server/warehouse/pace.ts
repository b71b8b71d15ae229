import type { Clock } from "../shared/clock.ts";

/**
 * How long a cycle may have run when it begins a piece of work, milliseconds: half a second is its bound, so that the page
 * stays live, and what does not fit is done by the next one.
 */
export const beginsWithinMs = {
  /** Counting one more block again. */
  counting: 250,
  /** The rest of a cycle, after blocks were counted again. */
  restAfterCounting: 100,
  /** The rest of a cycle, after what was kept was read back. */
  restAfterReading: 200,
  /** Looking for rows that came behind the merge's window, after blocks were counted again. */
  repairAfterCounting: 200,
  /** Judging, after rows were looked for that came behind the merge's window, or after a restart. */
  judgingAfterMore: 250,
  /** Closing windows, and keeping the sums of blocks; they wait a few cycles at most. */
  closing: 250,
  keeping: 250,
  /** Counting one more block as a check. */
  auditing: 300,
} as const;
export type PieceOfWork = keyof typeof beginsWithinMs;

/** Whether a piece of work may begin in a cycle that started when this was made. */
export type Pace = (work: PieceOfWork) => boolean;

export function startPace(clock: Clock): Pace {
  const startedMs = clock.nowMs();
  return (work) => clock.nowMs() - startedMs < beginsWithinMs[work];
}
