import { type BlockId, emptyLedger, parts } from "./blocks.ts";
import type { CycleContext } from "./cycle-context.ts";
import type { Known } from "./known-blocks.ts";
import { auditOne, differingBlocks, recountBlocks } from "./recount.ts";

/**
 * What is known of every block before this cycle does anything: counted where nothing was kept, where a cycle did not
 * get to the end of it, and where somebody changed rows through this app. One more block is counted although nothing
 * speaks against it. Null while blocks are left.
 */
export async function countKnown(context: CycleContext, timeLeft: () => boolean): Promise<Known | null> {
  const { state } = context;
  const wanted: BlockId[] = [...state.announced].map((block) => ({ part: "booked", block }));
  if (state.known === null) {
    const { checkpointId, cycle } = state.progress;
    state.known = { ledger: emptyLedger, checkpointId, batchId: state.shownBatchId, cycle };
    const left = await differingBlocks(context, parts, { ledger: emptyLedger, besides: new Map() });
    state.recount = { left, total: left.length };
  }
  if (state.recount !== null) wanted.push(...state.recount.left);
  const total = Math.max(state.recount?.total ?? 0, wanted.length);
  const counted = await recountBlocks(context, state.known, { wanted, timeLeft });
  state.known = counted.known;
  if (counted.changed.length > 0) state.corrected = true;
  if (state.announced.size > 0) state.busy = true;
  state.announced.clear();
  // What took all the time of a cycle leaves none for the rest of one.
  const isDone = counted.left.length === 0 && (wanted.length === 0 || timeLeft());
  state.recount = isDone ? null : { left: counted.left, total };
  if (!isDone) return null;
  if (wanted.length > 0) return state.known;
  const audit = await auditOne(context, state.known, state.audited);
  state.known = audit.known;
  state.audited = audit.audited;
  if (audit.changed) state.corrected = true;
  if (audit.reopened) state.touched = true;
  return audit.known;
}
