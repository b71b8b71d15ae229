import type { Arrival } from "./arrival.ts";
import { type CycleContext, type Merged, windowSeconds } from "./cycle-context.ts";
import type { Known } from "./known-blocks.ts";
import { everywhere, mergeLeftOvers, type MergeWindow, type Range, rangesNear } from "./merge-step.ts";
import { mayWait } from "./lane-state.ts";
import { readTotals, recountAbsorbed, type TotalsRead } from "./read-totals.ts";
import { mergeRemainder } from "./totals.ts";
import type { CycleInput } from "./types.ts";

/**
 * Reads the terms of equation 6. Where they do not add up, rows came behind the merge's window (an insert repeated
 * late) or an earlier checkpoint left some: they are looked for, shown to the merge, and the terms are read again.
 */
export async function readAndRepair(
  context: CycleContext,
  input: CycleInput,
  now: {
    readonly arrival: Arrival;
    readonly merged: Merged;
    readonly cycle: number;
    readonly known: Known;
  },
): Promise<{ readonly read: TotalsRead; readonly booked: boolean; readonly waits: boolean }> {
  const { state, mayBegin } = context;
  const { arrival, merged, cycle } = now;
  const at = { position: merged.shown, cycle, mayBegin };
  let read = await readTotals(context, now.known, at);
  const mayMerge = input.committed.checkpointId === merged.checkpointId && arrival.complete;
  const isDone = (): boolean =>
    read.recount !== null || mergeRemainder(read.reading) === 0 || !mayMerge || state.leftOversSoughtAt === keyOf(read);
  if (isDone()) return { read, booked: false, waits: false };
  // Blocks were counted again already: the next cycle knows them, and looks near them.
  if (read.changed.length > 0 && mayWait(state) && !mayBegin("repairAfterCounting"))
    return { read, booked: false, waits: true };
  context.logger.info(
    { lane: context.lane, rows: keyOf(read) },
    "looking for rows that came behind the merge's window",
  );
  const window: MergeWindow = { ...merged.shown, afterBatchId: -1 };
  const step = { ...context, ...window, mergeOn: input.mergeOn, windowSeconds, cycle };
  const readAgain = async (base: Known): Promise<void> => {
    const again = await readTotals(context, base, at);
    read = { ...again, changed: [...read.changed, ...again.changed] };
  };
  let booked = false;
  const mergeWithin = async (within: readonly Range[], leftOver: number | null): Promise<boolean> => {
    if (isDone() || !(await mergeLeftOvers(step, { within, leftOver }))) return false;
    booked = true;
    await readAgain(read.base);
    return true;
  };
  const near = await rangesNear(context, [...state.unjudged, ...read.changed]);
  // Once more where a row moved to an earlier copy: what it left is to be absorbed.
  if (await mergeWithin(near, mergeRemainder(read.reading))) await mergeWithin(near, null);
  await mergeWithin([everywhere], null);
  if (!isDone()) {
    // Nothing is left over: then a row of the merge's own may be missing, which no count of a whole table shows.
    await readAgain(await recountAbsorbed(context, read, mayBegin));
  }
  if (read.recount === null) state.leftOversSoughtAt = mergeRemainder(read.reading) === 0 ? null : keyOf(read);
  return { read, booked, waits: false };
}

function keyOf({ reading }: TotalsRead): string {
  return `${reading.allRawRows}/${reading.allBooked}`;
}
