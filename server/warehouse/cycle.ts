import { type Arrival, shipAndCount } from "./arrival.ts";
import { canClose, closeBeforeMs, closeWindows } from "./close-windows.ts";
import { countKnown } from "./count-known.ts";
import { auditBlocks } from "./audit.ts";
import { type CycleContext, type Merged, type Unfinished, windowSeconds } from "./cycle-context.ts";
import { type Judgement, judge, readAbsorbed } from "./judge.ts";
import { wrongRecords } from "./judged-rows.ts";
import { keepKnown } from "./known-blocks.ts";
import { type LaneState, mayWait } from "./lane-state.ts";
import { type MergeWindow, runMerge } from "./merge-step.ts";
import { cycleOutput } from "./output.ts";
import type { TotalsRead } from "./read-totals.ts";
import {
  changedVerdicts,
  readLastVerdicts,
  type RecordedVerdict,
  rememberVerdicts,
  verdictRows,
} from "./record-verdicts.ts";
import { countingWords, reopenWrong } from "./recount.ts";
import { readAndRepair } from "./repair.ts";
import { namedTotals } from "./totals.ts";
import type { CycleInput, CycleOutput, Progress } from "./types.ts";
import { waitingWords } from "./waiting-words.ts";

/**
 * One cycle: count what is not known, ship intents, merge what the consumer committed, write how far that is, read totals
 * and verdicts. Any step may be the last one before a crash: what was done is found again from the progress row, and
 * doing it twice is harmless. What there is no time for is left to the next cycle; without a judgement it says so.
 */
export async function runCycle(context: CycleContext, input: CycleInput): Promise<CycleOutput | Unfinished> {
  const { gateway, definitions, state, mayBegin } = context;
  const { isNew } = state;
  state.isNew = false;
  if (isNew && !mayBegin("restAfterReading")) return { waitingFor: "what was known of the tables" };
  const counts = state.known === null || state.recount !== null || state.announced.size > 0;
  const known = await countKnown(context);
  if ("left" in known) return { waitingFor: countingWords(known) };
  const cycle = state.progress.cycle + 1;
  const arrival = await shipAndCount({ gateway, definitions, progress: state.progress, known }, input);
  const merged = await mergeCommitted(context, input, arrival, cycle);
  const { read, booked, waits } = await readAndRepair(context, input, { arrival, merged, cycle, known });
  state.known = read.base;
  state.unjudged = [...state.unjudged, ...read.changed];
  if (read.changed.length > 0) state.corrected = true;
  if (read.changed.length > 0 || booked) state.busy = true;
  state.recount = read.recount;
  if (read.recount !== null) return { waitingFor: countingWords(read.recount) };
  const { reading } = read;
  const progress = nextProgress(state.progress, input, { arrival, merged, cycle });
  const changed = booked || merged.booked || state.touched;
  await openWindows(context, progress, [...arrival.windows, ...reading.bookedWindows]);
  await writeProgress(context, progress, changed);
  advance(state, { progress, merged, read });
  if (waits || (state.busy && mayWait(state) && !mayBegin("judgingAfterMore"))) {
    state.judgementWaits += 1;
    state.busy = false;
    return { waitingFor: "the next cycle: this one had more to do" };
  }
  state.judgementWaits = 0;
  const totalsAt = new Date(context.clock.nowMs()).toISOString();
  const judgement = await judgeAll(context, read);
  state.unjudged = [];
  state.open = new Set(judgement.open.map((window) => window.startMs));
  state.closed = judgement.closed;
  state.charged = judgement.charged;
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
  const closes = await closeSettled(context, judgement, settledUntilMs);
  await keepSums(context);
  if (!counts) await auditBlocks(context, state.busy || closes);
  state.busy = false;
  return output;
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
  const opened = await gateway.change(definitions.statements["open-windows"], {
    afterSequence: state.progress.intentsWatermark,
    throughSequence: progress.intentsWatermark,
    cycle: progress.cycle,
  });
  // One of them may have been closed: its figures do not count any more.
  if (opened !== 0) state.closed = null;
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
async function judgeAll(context: CycleContext, read: TotalsRead): Promise<Judgement> {
  const { gateway, definitions, state } = context;
  const { progress } = state;
  const booked = namedTotals(read.reading).booked.records;
  const unaccounted = ({ terms }: Judgement): string =>
    `${progress.intentsWatermark - terms.intended.records}/${booked - terms.booked.records}`;
  let judgement = await judge(gateway, definitions, state);
  const key = unaccounted(judgement);
  if (key === allAccounted || state.reopenedFor === key) return judgement;
  context.logger.warn({ lane: context.lane, intentsAndRows: key }, "windows do not account for every row");
  const near = state.unjudged.flatMap(({ part, block }) => (part === "booked" ? [block] : []));
  for (const block of [...(near.length > nearBlocksMax ? [] : near), null]) {
    if (unaccounted(judgement) === allAccounted) break;
    await reopenWrong(context, block);
    judgement = await judge(gateway, definitions, { closed: null, charged: state.charged });
  }
  const left = unaccounted(judgement);
  state.reopenedFor = left === allAccounted ? null : left;
  return judgement;
}

const allAccounted = "0/0";
/** Blocks whose windows are compared with their rows one by one, before all windows are. */
const nearBlocksMax = 4;

/** Takes over how far the cycle came: what was opened and written is not done again. */
function advance(
  state: LaneState,
  done: { readonly progress: Progress; readonly merged: Merged; readonly read: TotalsRead },
): void {
  const { progress, merged, read } = done;
  state.progress = progress;
  if (merged.checkpointId === merged.shown.checkpointId) {
    state.shownBatchId = merged.shown.batchId;
    if (merged.mergedBatchId === merged.shown.batchId) state.known = read.known;
  }
  if (state.touched) state.closed = null;
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

/** Cycles that may find no time to keep sums or to close windows, one after the other. */
const waitsMax = 5;

async function keepSums({ gateway, clock, state, mayBegin }: CycleContext): Promise<void> {
  state.keepingWaits += 1;
  if (!mayBegin("keeping") && state.keepingWaits <= waitsMax) return;
  state.keepingWaits = 0;
  state.kept = await keepKnown(gateway, state, { nowMs: clock.nowMs(), now: state.corrected });
  state.corrected = false;
}

/** Closes windows that nothing changes any more. True when there were some. */
async function closeSettled(
  context: CycleContext,
  judgement: Judgement,
  settledUntilMs: number | null,
): Promise<boolean> {
  const { gateway, definitions, state, mayBegin } = context;
  const beforeMs = closeBeforeMs(settledUntilMs);
  if (beforeMs === null || !canClose(judgement.open, beforeMs)) return false;
  state.closingWaits += 1;
  const hasTime = !state.busy && mayBegin("closing");
  if (!hasTime && state.closingWaits <= waitsMax) return false;
  state.closingWaits = 0;
  state.closed = null;
  state.open = new Set();
  await closeWindows(gateway, definitions, { beforeMs, cycle: state.progress.cycle });
  return true;
}
