import { type BlockId, blockIds, parts } from "./blocks.ts";
import type { CycleContext } from "./cycle-context.ts";
import { recountBlocks, reopenWrong } from "./recount.ts";

/** Every block is counted again within so many cycles, where they have time for it; with fewer blocks one a cycle. */
const roundCycles = 120;
/** Cycles with more to do than others that may follow each other without any check. */
const skippedMax = 10;

/**
 * Counts some blocks again, with their money, although nothing speaks against them: a change that leaves every count as it
 * was is found too. The last work of a cycle: what is found is corrected, and judged by the next one. One block at least,
 * unless the cycle had more to do than others.
 */
export async function auditBlocks(context: CycleContext, hadMoreToDo: boolean): Promise<void> {
  const { state, mayBegin } = context;
  if (state.known === null) return;
  const all = blockIds(state.known.ledger);
  const blocksMax = Math.ceil(all.length / roundCycles);
  const atLeast = hadMoreToDo && state.auditsSkipped < skippedMax ? 0 : 1;
  let count = 0;
  for (; count < blocksMax && (count < atLeast || mayBegin("auditing")); count += 1) {
    const id = nextAudited(all, state.audited);
    if (id !== null) await auditOne(context, id);
  }
  state.auditsSkipped = count === 0 ? state.auditsSkipped + 1 : 0;
}

/** One after the other, then from the first. */
function nextAudited(all: readonly BlockId[], audited: BlockId | null): BlockId | null {
  const next = audited === null ? undefined : all.find((id) => isAfter(id, audited));
  return next ?? all[0] ?? null;
}

function isAfter(id: BlockId, other: BlockId): boolean {
  const order = parts.indexOf(id.part) - parts.indexOf(other.part);
  return order > 0 || (order === 0 && id.block > other.block);
}

/**
 * One block. For a block of `payments` its closed windows are compared as well: their kept figures with the rows, and every
 * intent with its booked row.
 */
async function auditOne(context: CycleContext, id: BlockId): Promise<void> {
  const { state, logger } = context;
  if (state.known === null) return;
  const counted = await recountBlocks(context, state.known, { wanted: [id], mayBegin: context.mayBegin });
  const changed = counted.changed.length > 0;
  const reopened = id.part === "booked" && (await reopenWrong(context, id.block)) > 0;
  state.known = counted.known;
  state.audited = id;
  if (changed) {
    state.corrected = true;
    state.unjudged = [...state.unjudged, id];
  }
  if (reopened) state.touched = true;
  if (changed || reopened) logger.warn({ ...id, changed, reopened }, "rows were changed behind the pipeline");
}
