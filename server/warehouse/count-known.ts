import { type BlockId, emptyLedger, parts } from "./blocks.ts";
import type { CycleContext } from "./cycle-context.ts";
import type { Known } from "./known-blocks.ts";
import { differingBlocks, type Recount, recountBlocks } from "./recount.ts";

/**
 * What is known of every block before this cycle does anything: counted where nothing was kept, where a cycle did not
 * get to the end of it, and where somebody changed rows through this app. What is left when there is no time for it, or
 * for the rest of the cycle.
 */
export async function countKnown(context: CycleContext): Promise<Known | Recount> {
  const { state, mayBegin } = context;
  if (state.known === null) {
    const { checkpointId, cycle } = state.progress;
    state.known = { ledger: emptyLedger, checkpointId, batchId: state.shownBatchId, cycle };
    state.recount = { unlisted: parts, left: [], total: 0 };
  }
  let recount = state.recount ?? { unlisted: [], left: [], total: 0 };
  while (recount.unlisted.length > 0) {
    recount = await listNext(context, recount);
    state.recount = recount;
    if (!mayBegin("counting")) return recount;
  }
  const announced = [...state.announced].map((block): BlockId => ({ part: "booked", block }));
  const wanted = [...announced, ...recount.left];
  const total = Math.max(recount.total, wanted.length);
  const counted = await recountBlocks(context, state.known, { wanted, mayBegin });
  state.known = counted.known;
  if (counted.changed.length > 0) state.corrected = true;
  state.unjudged = [...state.unjudged, ...counted.changed];
  if (announced.length > 0) state.busy = true;
  state.announced.clear();
  state.recount = { unlisted: [], left: counted.left, total };
  if (counted.left.length > 0 || (wanted.length > 0 && !mayBegin("restAfterCounting"))) return state.recount;
  state.recount = null;
  return state.known;
}

/** Looks which blocks one more table has. */
async function listNext(context: CycleContext, { unlisted, left }: Recount): Promise<Recount> {
  const [part, ...later] = unlisted;
  const found =
    part === undefined ? [] : await differingBlocks(context, [part], { ledger: emptyLedger, besides: new Map() });
  return { unlisted: later, left: [...left, ...found], total: left.length + found.length };
}
