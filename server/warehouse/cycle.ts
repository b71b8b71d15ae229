import type { LaneName } from "#contract/names.ts";
import { limits } from "#contract/limits.ts";
import type { Clock } from "../shared/clock.ts";
import type { Logger } from "../shared/logger.ts";
import { type Arrival, shipAndCount } from "./arrival.ts";
import { canClose, closeBeforeMs, closeWindows } from "./close-windows.ts";
import type { Definitions } from "./definitions.ts";
import type { Gateway } from "./gateway.ts";
import { type Judgement, judge, readAbsorbed } from "./judge.ts";
import { wrongRecords } from "./judged-rows.ts";
import { keepKnown } from "./known-totals.ts";
import type { LaneState } from "./lane-state.ts";
import { mergeLeftOvers, type MergeWindow, runMerge } from "./merge-step.ts";
import { cycleOutput } from "./output.ts";
import { readTotals, type TotalsPosition } from "./read-totals.ts";
import {
  changedVerdicts,
  readLastVerdicts,
  type RecordedVerdict,
  rememberVerdicts,
  verdictRows,
} from "./record-verdicts.ts";
import { mergeRemainder, namedTotals, type Reading } from "./totals.ts";
import type { CycleInput, CycleOutput, Progress } from "./types.ts";
import { waitingWords } from "./waiting-words.ts";

export interface CycleContext {
  readonly lane: LaneName;
  readonly gateway: Gateway;
  readonly definitions: Definitions;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly state: LaneState;
}

export const windowSeconds = limits.windowMs / 1_000;

/**
 * One cycle: ship intents, merge what the consumer committed, write how far that is, read totals and verdicts. Any
 * step may be the last one before a crash: what was done is found again from the progress row, and doing it twice is
 * harmless.
 */
export async function runCycle(context: CycleContext, input: CycleInput): Promise<CycleOutput> {
  const { gateway, definitions, state } = context;
  const cycle = state.progress.cycle + 1;
  const arrival = await shipAndCount({ gateway, definitions, ...state }, input);
  const merged = await mergeCommitted(context, input, arrival, cycle);
  const { reading, booked } = await readAndRepair(context, input, { arrival, merged, cycle });
  const progress = nextProgress(state.progress, input, { arrival, merged, cycle });
  const changed = booked || merged.booked || state.touched;
  await openWindows(context, progress, [...arrival.windows, ...reading.bookedWindows]);
  await writeProgress(context, progress, changed);
  const totalsAt = new Date(context.clock.nowMs()).toISOString();
  const judgement = await judgeAll(context, progress, reading);
  remember(state, { progress, merged, reading, judgement });
  if (state.absorbed.records !== reading.terms.absorbedByMerge.records)
    state.absorbed = {
      records: reading.terms.absorbedByMerge.records,
      positions: await readAbsorbed(gateway, definitions),
    };
  const settledUntilMs = settledUntil(progress, input);
  const output = cycleOutput({
    lane: context.lane,
    reading,
    judgement,
    progress,
    shownBatchId: merged.shown.batchId,
    absorbedPositions: state.absorbed.positions,
    settledUntilMs,
    layerDown: input.layerDown,
    notSettledBecause: waitingWords(input, { arrived: arrival.complete, merged: merged.complete, progress }),
    totalsAt,
    judgedAt: new Date(context.clock.nowMs()).toISOString(),
  });
  await recordVerdicts(context, judgement, output);
  await closeSettled(context, judgement, settledUntilMs);
  return output;
}

interface Merged {
  readonly checkpointId: string;
  readonly mergedBatchId: number;
  /** Up to where the merge was shown the rows: beyond, they are not yet merged. */
  readonly shown: TotalsPosition;
  /** Every row that the committed batches kept was seen by the merge, and its intent is there. */
  readonly complete: boolean;
  readonly booked: boolean;
}

/** Shows the merge the committed batches, unless their intents are still on their way. */
async function mergeCommitted(
  context: CycleContext,
  input: CycleInput,
  arrival: Arrival,
  cycle: number,
): Promise<Merged> {
  const { progress, shownBatchId } = context.state;
  const { checkpointId, batchId, keptCount, refusedForGood } = input.committed;
  const newCheckpoint = checkpointId !== null && checkpointId !== progress.checkpointId;
  const unchanged: Merged = {
    checkpointId: progress.checkpointId,
    mergedBatchId: progress.mergedBatchId,
    shown: newCheckpoint
      ? { checkpointId, batchId: -1 }
      : { checkpointId: progress.checkpointId, batchId: shownBatchId },
    complete: false,
    booked: false,
  };
  if (checkpointId === null || !arrival.complete) return unchanged;
  const complete = arrival.positions + refusedForGood >= keptCount;
  if (!newCheckpoint && batchId <= progress.mergedBatchId) return { ...unchanged, complete };
  const afterBatchId = newCheckpoint ? -1 : progress.mergedBatchId;
  // What an earlier checkpoint may have left unmerged is found where equation 6 is read.
  const window: MergeWindow = { checkpointId, afterBatchId, batchId };
  const rawRows = newCheckpoint ? null : arrival.rawRows;
  const booked = await runMerge({ ...context, ...window, windowSeconds, cycle, mergeOn: input.mergeOn, rawRows });
  const mergedBatchId = complete ? batchId : afterBatchId;
  return { checkpointId, mergedBatchId, shown: { checkpointId, batchId }, complete, booked };
}

/**
 * Reads the terms of equation 6. Where they do not add up, rows came behind the merge's window (an insert repeated
 * late) or an earlier checkpoint left some: they are looked for, shown to the merge, and the terms are read again.
 */
async function readAndRepair(
  context: CycleContext,
  input: CycleInput,
  { arrival, merged, cycle }: { readonly arrival: Arrival; readonly merged: Merged; readonly cycle: number },
): Promise<{ readonly reading: Reading; readonly booked: boolean }> {
  const { gateway, definitions, state } = context;
  const reading = await readTotals(gateway, definitions, state.known, { position: merged.shown, cycle });
  const key = `${reading.allRawRows}/${reading.allBooked}`;
  const mayMerge = input.committed.checkpointId === merged.checkpointId && arrival.complete;
  if (mergeRemainder(reading) === 0 || !mayMerge || state.leftOversSoughtAt === key) return { reading, booked: false };
  context.logger.info({ lane: context.lane, rows: key }, "looking for rows that came behind the merge's window");
  const window: MergeWindow = { ...merged.shown, afterBatchId: -1 };
  const mergeOn = { mergeOn: input.mergeOn };
  const found = await mergeLeftOvers({ ...context, ...window, ...mergeOn, windowSeconds, cycle, rawRows: null });
  if (!found) {
    state.leftOversSoughtAt = key;
    return { reading, booked: false };
  }
  const again = await readTotals(gateway, definitions, state.known, { position: merged.shown, cycle });
  state.leftOversSoughtAt = mergeRemainder(again) === 0 ? null : `${again.allRawRows}/${again.allBooked}`;
  return { reading: again, booked: true };
}

function nextProgress(
  last: Progress,
  input: CycleInput,
  now: { readonly arrival: Arrival; readonly merged: Merged; readonly cycle: number },
): Progress {
  const { intentsWatermark } = now.arrival;
  const settled = now.merged.complete ? Math.min(input.settledSequenceAfterMerge(), intentsWatermark) : 0;
  return {
    cycle: now.cycle,
    intentsWatermark,
    // What was settled stays settled, even while a new checkpoint reads the topic from its beginning.
    settledSequence: Math.max(last.settledSequence, settled),
    checkpointId: now.merged.checkpointId,
    mergedBatchId: now.merged.mergedBatchId,
  };
}

/** Opens the windows of new intents and rows, unless the last judgement says that they are open. */
async function openWindows(context: CycleContext, progress: Progress, windows: readonly number[]): Promise<void> {
  const { gateway, definitions, state } = context;
  if (!state.touched && windows.every((startMs) => state.open.has(startMs))) return;
  await gateway.change(definitions.statements["open-windows"], {
    afterSequence: state.progress.intentsWatermark,
    throughSequence: progress.intentsWatermark,
    cycle: progress.cycle,
  });
}

/** Writes how far the cycle came; nothing if nothing moved. */
async function writeProgress(context: CycleContext, progress: Progress, changed: boolean): Promise<void> {
  const { gateway, definitions, lane, clock, state } = context;
  const moved = JSON.stringify({ ...progress, cycle: 0 }) !== JSON.stringify({ ...state.progress, cycle: 0 });
  if (!changed && !moved) return;
  const updatedAt = new Date(clock.nowMs());
  await gateway.change(definitions.statements["write-progress"], { ...progress, lane, updatedAt });
}

/**
 * Judges, and checks that no window was left out: every intent up to the watermark and every booked row must be in some
 * window. If not, the closed windows' figures are not believed and everything is judged from the rows.
 */
async function judgeAll(context: CycleContext, progress: Progress, reading: Reading): Promise<Judgement> {
  const { gateway, definitions, state } = context;
  if (state.touched) state.closed = null;
  const judgement = await judge(gateway, definitions, state);
  const intents = progress.intentsWatermark - judgement.terms.intended.records;
  const rows = namedTotals(reading).booked.records - judgement.terms.booked.records;
  const key = `${intents}/${rows}`;
  if ((intents === 0 && rows === 0) || state.reopenedFor === key) return judgement;
  context.logger.warn(
    { lane: context.lane, intents, rows },
    "windows do not account for every row: judging those again",
  );
  await gateway.change(definitions.statements["open-wrong-windows"], {}, { wide: true });
  const again = await judge(gateway, definitions, { closed: null, charged: state.charged });
  const left = `${progress.intentsWatermark - again.terms.intended.records}/${
    namedTotals(reading).booked.records - again.terms.booked.records
  }`;
  state.reopenedFor = left === "0/0" ? null : left;
  return again;
}

function remember(
  state: LaneState,
  done: {
    readonly progress: Progress;
    readonly merged: Merged;
    readonly reading: Reading;
    readonly judgement: Judgement;
  },
): void {
  const { progress, merged, reading, judgement } = done;
  state.progress = progress;
  state.shownBatchId = merged.checkpointId === merged.shown.checkpointId ? merged.shown.batchId : state.shownBatchId;
  if (merged.checkpointId === merged.shown.checkpointId && merged.mergedBatchId === merged.shown.batchId)
    state.known = { terms: reading.terms, ...merged.shown, cycle: progress.cycle };
  state.open = new Set(judgement.open.map((window) => window.startMs));
  state.closed = judgement.closed;
  state.charged = judgement.charged;
  state.touched = false;
}

function settledUntil(progress: Progress, input: CycleInput): number | null {
  if (progress.settledSequence === 0) return null;
  return input.intentsSince(progress.settledSequence - 1, 1)[0]?.eventTimeMs ?? null;
}

async function recordVerdicts(context: CycleContext, judgement: Judgement, output: CycleOutput): Promise<void> {
  const { gateway, definitions, state } = context;
  state.verdicts ??= await readLastVerdicts(gateway, definitions);
  const wrong = wrongRecords(judgement.terms);
  const lane: RecordedVerdict = {
    startMs: null,
    verdict: output.verdict,
    wrong,
    reasons: output.reasons.length === 0 ? null : output.reasons.join("; "),
  };
  const windows = judgement.open.map(({ startMs, verdict, wrong: records }) => ({
    startMs,
    verdict,
    wrong: records,
    reasons: null,
  }));
  const changed = changedVerdicts(state.verdicts, [lane, ...windows]);
  if (changed.length === 0) return;
  await gateway.insert(
    "reconciliation_runs",
    verdictRows(changed, {
      progress: state.progress,
      batchId: state.shownBatchId,
      judgedAt: new Date(context.clock.nowMs()).toISOString(),
      settledUntil: output.settledUntil,
      waitingFor: output.waitingFor,
    }),
  );
  state.verdicts = rememberVerdicts(state.verdicts, changed);
}

async function closeSettled(context: CycleContext, judgement: Judgement, settledUntilMs: number | null): Promise<void> {
  const { gateway, definitions, state } = context;
  const beforeMs = closeBeforeMs(settledUntilMs);
  if (beforeMs === null || !canClose(judgement.open, beforeMs)) return;
  state.closed = null;
  state.open = new Set();
  await closeWindows(gateway, definitions, { beforeMs, cycle: state.progress.cycle });
  state.knownKeptMs = await keepKnown(gateway, state, context.clock.nowMs());
}
