import type { Clock } from "../shared/clock.ts";
import type { Definitions } from "./definitions.ts";
import type { Gateway } from "./gateway.ts";

/** Which rows of payments_raw are shown to the merge. */
export interface MergeWindow {
  readonly checkpointId: string;
  readonly afterBatchId: number;
  readonly batchId: number;
  /** Also all earlier batches and all rows of other checkpoints. */
  readonly everything: boolean;
}

export interface MergeStep extends MergeWindow {
  readonly gateway: Gateway;
  readonly definitions: Definitions;
  readonly clock: Clock;
  readonly windowSeconds: number;
  readonly cycle: number;
  readonly mergeOn: boolean;
  /** Rows of the window: when all of them were booked, nothing was absorbed. Null when nobody counted. */
  readonly rawRows: number | null;
}

/**
 * Books the window: once per transaction with merge on, row by row with merge off. Every statement may be repeated
 * after a crash or a lost answer: the audit rows follow the booking and are derived from it.
 * Returns whether any row was booked, moved or absorbed, as far as the warehouse says.
 */
export async function runMerge(step: MergeStep): Promise<boolean> {
  const { gateway, definitions, cycle } = step;
  const now = new Date(step.clock.nowMs());
  const window = {
    checkpointId: step.checkpointId,
    afterBatchId: step.afterBatchId,
    batchId: step.batchId,
    everything: step.everything,
  };
  const wide = { wide: step.everything };
  const booking = { ...window, windowSeconds: step.windowSeconds, bookedAt: now, cycle };
  if (!step.mergeOn) return (await gateway.change(definitions.statements.book, booking, wide)) !== 0;
  const booked = await gateway.change(definitions.statements.merge, booking, wide);
  const allBooked = booked !== null && booked === step.rawRows;
  if (allBooked) return booked > 0;
  const absorbed = await gateway.change(definitions.statements.decide, { ...window, decidedAt: now, cycle }, wide);
  return booked !== 0 || absorbed !== 0;
}
