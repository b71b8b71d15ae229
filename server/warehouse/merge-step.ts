import type { Clock } from "../shared/clock.ts";
import { type BlockId, blockSizes, rangeOf, stretchOf } from "./blocks.ts";
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
/** Blocks of the ledger near which left-over rows are looked for before they are looked for everywhere. */
const nearBlocksMax = 4;

/** A part of the topic, first and last included. */
export interface Range {
  readonly firstPartition: number;
  readonly lastPartition: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
}

export const everywhere: Range = {
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
  /** Rows that are to be booked or absorbed: when so many were booked, nothing was absorbed. Null when nobody counted. */
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
 * Books and absorbs what was shown to the merge and is neither booked nor absorbed in some parts of the topic: rows that
 * were inserted behind the window, or left over from an earlier checkpoint. False when there is nothing of that kind.
 * `leftOver` is how many rows equation 6 lacks: where as many are booked, none is to be absorbed. It is read again afterwards,
 * so a row that only moved is noticed.
 */
export async function mergeLeftOvers(
  step: Omit<MergeStep, "rawRows">,
  { within, leftOver }: { readonly within: readonly Range[]; readonly leftOver: number | null },
): Promise<boolean> {
  const { gateway, definitions, checkpointId, batchId } = step;
  const found: Block[] = [];
  for (const range of within) {
    const rows = await gateway.query(
      definitions.statements["find-unmerged"],
      { checkpointId, batchId, blockOffsets, blocksMax, ...range },
      { wide: true },
    );
    found.push(...rows.map((row) => ({ partition: Number(row["partition_no"]), block: Number(row["block"]) })));
  }
  const ranges = rangesOf(inOrder(found));
  const rawRows = ranges.length === 1 ? leftOver : null;
  for (const range of ranges) await mergeRange({ ...step, afterBatchId: -1, rawRows }, range, true);
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

/** Where the rows of a few blocks of the ledger stand, in whole blocks of offsets; none when they are too many. */
export async function rangesNear(
  { gateway, definitions }: Pick<MergeStep, "gateway" | "definitions">,
  ids: readonly BlockId[],
): Promise<Range[]> {
  const near = ids.filter(({ part }) => part !== "absorbed");
  if (near.length > nearBlocksMax) return [];
  const blocks: Block[] = [];
  for (const { part, block } of near) {
    const [firstBatchId, lastBatchId] = rangeOf(block, blockSizes.blockBatches);
    const of = { ofRaw: part === "raw", ofBooked: part === "booked", firstBatchId, lastBatchId, ...stretchOf(block) };
    for (const row of await gateway.query(definitions.statements["block-positions"], of)) {
      const partition = Number(row["partition_no"]);
      for (const offset of [row["first_offset"], row["last_offset"]])
        blocks.push({ partition, block: Math.floor(Number(offset) / blockOffsets) });
    }
  }
  return acrossPartitions(joinBlocks(inOrder(blocks), () => true));
}

/** Neighbouring blocks as one range; with too many ranges, one for each partition from its first to its last block. */
export function rangesOf(blocks: readonly Block[]): Range[] {
  const ranges = acrossPartitions(joinBlocks(blocks, (left, right) => left.block + 1 === right.block));
  return ranges.length <= rangesMax ? ranges : acrossPartitions(joinBlocks(blocks, () => true));
}

/** Neighbouring partitions with the same offsets as one range: batches go round the partitions. */
function acrossPartitions(ranges: readonly Range[]): Range[] {
  const joined: Range[] = [];
  for (const range of ranges.toSorted(
    (left, right) => left.firstOffset - right.firstOffset || byPartition(left, right),
  )) {
    const last = joined.at(-1);
    const continues =
      last?.firstOffset === range.firstOffset &&
      last.lastOffset === range.lastOffset &&
      last.lastPartition + 1 === range.firstPartition;
    if (last !== undefined && continues) joined[joined.length - 1] = { ...last, lastPartition: range.lastPartition };
    else joined.push(range);
  }
  return joined.toSorted((left, right) => byPartition(left, right) || left.firstOffset - right.firstOffset);
}

function inOrder(blocks: readonly Block[]): Block[] {
  return blocks.toSorted((left, right) => left.partition - right.partition || left.block - right.block);
}

function byPartition(left: Range, right: Range): number {
  return left.firstPartition - right.firstPartition;
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
