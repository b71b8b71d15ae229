import type { Clock } from "../shared/clock.ts";
import type { Definitions } from "./definitions.ts";
import type { Gateway } from "./gateway.ts";

/** Which rows of payments_raw are shown to the merge. */
export interface MergeWindow {
  readonly checkpointId: string;
  readonly afterBatchId: number;
  readonly batchId: number;
}

/** Offsets of one partition that are balanced together when left-over rows are looked for. */
const blockOffsets = 1_000;
/** Blocks with left-over rows that one cycle works on; what remains is found by the next one. */
const blocksMax = 10_000;
/** Statements that one repair makes at most, but for one per partition. */
const rangesMax = 16;

/** A part of the topic, first and last included. */
interface Range {
  readonly firstPartition: number;
  readonly lastPartition: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
}

const everywhere: Range = {
  firstPartition: 0,
  lastPartition: Number.MAX_SAFE_INTEGER,
  firstOffset: 0,
  lastOffset: Number.MAX_SAFE_INTEGER,
};

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
  return mergeRange(step, everywhere, false);
}

/**
 * Books and absorbs what was shown to the merge and is neither booked nor absorbed, wherever it stands: rows that were
 * inserted behind the window, or left over from an earlier checkpoint. False when there is nothing of that kind.
 */
export async function mergeLeftOvers(step: MergeStep): Promise<boolean> {
  const { gateway, definitions, checkpointId, batchId } = step;
  const rows = await gateway.query(
    definitions.statements["find-unmerged"],
    { checkpointId, batchId, blockOffsets, blocksMax },
    { wide: true },
  );
  const ranges = rangesOf(rows.map((row) => ({ partition: Number(row["partition_no"]), block: Number(row["block"]) })));
  for (const range of ranges) await mergeRange({ ...step, afterBatchId: -1, rawRows: null }, range, true);
  return ranges.length > 0;
}

async function mergeRange(step: MergeStep, range: Range, everyCheckpoint: boolean): Promise<boolean> {
  const { gateway, definitions, cycle, checkpointId, afterBatchId, batchId } = step;
  const now = new Date(step.clock.nowMs());
  const window = { checkpointId, afterBatchId, batchId, everyCheckpoint, ...range };
  const wide = { wide: everyCheckpoint || afterBatchId < 0 };
  const booking = { ...window, windowSeconds: step.windowSeconds, bookedAt: now, cycle };
  if (!step.mergeOn) return (await gateway.change(definitions.statements.book, booking, wide)) !== 0;
  const booked = await gateway.change(definitions.statements.merge, booking, wide);
  const allBooked = booked !== null && booked === step.rawRows;
  if (allBooked) return booked > 0;
  const absorbed = await gateway.change(definitions.statements.decide, { ...window, decidedAt: now, cycle }, wide);
  return booked !== 0 || absorbed !== 0;
}

interface Block {
  readonly partition: number;
  readonly block: number;
}

/** Neighbouring blocks as one range; with too many ranges, one for each partition from its first to its last block. */
export function rangesOf(blocks: readonly Block[]): Range[] {
  const ranges = joinBlocks(blocks, (left, right) => left.block + 1 === right.block);
  return ranges.length <= rangesMax ? ranges : joinBlocks(blocks, () => true);
}

/** `blocks` are in order. */
function joinBlocks(blocks: readonly Block[], joins: (left: Block, right: Block) => boolean): Range[] {
  const ranges: Range[] = [];
  for (const [index, block] of blocks.entries()) {
    const before = blocks[index - 1];
    const known = ranges.at(-1);
    const lastOffset = (block.block + 1) * blockOffsets - 1;
    if (before !== undefined && known !== undefined && before.partition === block.partition && joins(before, block))
      ranges[ranges.length - 1] = { ...known, lastOffset };
    else
      ranges.push({
        firstPartition: block.partition,
        lastPartition: block.partition,
        firstOffset: block.block * blockOffsets,
        lastOffset,
      });
  }
  return ranges;
}
