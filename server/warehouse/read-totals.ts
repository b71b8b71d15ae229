import { addLedgers, type BlockId, blockSizes, bookedBlockOf, type Ledger } from "./blocks.ts";
import { type Known, underCheckpoint } from "./known-blocks.ts";
import type { Pace } from "./pace.ts";
import { differingBlocks, recountBlocks, type Recount, type RecountPorts } from "./recount.ts";
import { parseTail, type Reading, readingOf, type Tail, whichAreWhole } from "./totals.ts";

export interface TotalsPosition {
  readonly checkpointId: string;
  /** The last batch that the merge was shown. */
  readonly batchId: number;
}

export interface TotalsAt {
  readonly position: TotalsPosition;
  readonly cycle: number;
  readonly mayBegin: Pace;
}

export interface TotalsRead {
  readonly reading: Reading;
  /** What was known, corrected where blocks were counted again; its position is the old one. */
  readonly base: Known;
  /** The same with what came after, up to the position that was asked for. */
  readonly known: Known;
  /** Blocks that were not what was known of them. */
  readonly changed: readonly BlockId[];
  /** Not null: blocks remain to be counted, and until then the reading is not to be believed. */
  readonly recount: Recount | null;
  readonly tail: Tail;
}

/** Blocks in which the present cycle booked are counted again first: a row that moved to an earlier copy left one. */
const bookedBlocksMax = 8;
/** Rows keep coming while blocks are counted: what is known is held against the tables that often in one cycle. */
const roundsMax = 4;

/**
 * The terms of equations 5 and 6 up to a position: the known sums of every block, and what came after. They are believed
 * only when they account for every row of both tables, as one statement counted them; where one does not, the blocks
 * that have another number of rows are counted again.
 */
export async function readTotals(ports: RecountPorts, before: Known, at: TotalsAt): Promise<TotalsRead> {
  let base = underCheckpoint(before, at.position.checkpointId);
  const changed: BlockId[] = [];
  for (let round = 1; ; round += 1) {
    const tail = await readTail(ports, base, at);
    const ledger = addLedgers(base.ledger, tail.added);
    const known: Known = { ledger, ...at.position, cycle: at.cycle };
    const read = { reading: readingOf(ledger, tail), base, known, changed, tail };
    const wanted = await suspectedBlocks(ports, { ledger, tail }, round);
    if (wanted.length === 0) return { ...read, recount: null };
    if (round === roundsMax) return { ...read, recount: { unlisted: [], left: wanted, total: wanted.length } };
    const counted = await recountBlocks(ports, base, { wanted, mayBegin: at.mayBegin });
    base = counted.known;
    changed.push(...counted.changed);
    if (counted.left.length > 0)
      return { ...read, base, recount: { unlisted: [], left: counted.left, total: wanted.length } };
  }
}

/** Blocks to count again, because the known sums do not account for every row; none when they do. */
async function suspectedBlocks(
  ports: RecountPorts,
  { ledger, tail }: { readonly ledger: Ledger; readonly tail: Tail },
  round: number,
): Promise<BlockId[]> {
  const whole = whichAreWhole(ledger, tail);
  if (whole.raw && whole.booked) return [];
  const bookedNow = new Set(tail.bookedWindows.map(bookedBlockOf));
  if (round === 1 && whole.raw && bookedNow.size > 0 && bookedNow.size <= bookedBlocksMax)
    return [...bookedNow].map((block) => ({ part: "booked", block }));
  const of = (["raw", "booked"] as const).filter((part) => !whole[part]);
  return differingBlocks(ports, of, { ledger, besides: tail.notYetMergedIn });
}

async function readTail({ gateway, definitions }: RecountPorts, base: Known, at: TotalsAt): Promise<Tail> {
  const { position, cycle } = at;
  const after = { afterBatchId: base.batchId, afterCycle: base.cycle };
  return parseTail(await gateway.query(definitions.statements.totals, { ...position, cycle, ...after, ...blockSizes }));
}

/** Blocks of dedup_decisions that do not have as many rows as is known: nothing else says that some are missing. */
export async function recountAbsorbed(
  ports: RecountPorts,
  { base, tail }: Pick<TotalsRead, "base" | "tail">,
  mayBegin: Pace,
): Promise<Known> {
  const ledger: Ledger = addLedgers(base.ledger, tail.added);
  const wanted = await differingBlocks(ports, ["absorbed"], { ledger, besides: new Map() });
  return (await recountBlocks(ports, base, { wanted, mayBegin })).known;
}
