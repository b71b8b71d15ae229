import { type Amounts, noAmounts } from "./amounts.ts";
import type { Definitions } from "./definitions.ts";
import type { Gateway, Row } from "./gateway.ts";
import type { BlockId } from "./blocks.ts";
import type { Kept, Known } from "./known-blocks.ts";
import { type JudgedTerms, type JudgedWindow, noTerms } from "./judged-rows.ts";
import type { Recount } from "./recount.ts";
import type { LastVerdicts } from "./record-verdicts.ts";
import type { Position, Progress } from "./types.ts";

/** What one lane's cycles remember. All but `progress` is a copy of what SQL answers, read again after a restart. */
export interface LaneState {
  progress: Progress;
  /** The last batch that the merge was shown; at least `progress.mergedBatchId`. */
  shownBatchId: number;
  /** Null until the blocks were listed: nothing was kept. */
  known: Known | null;
  kept: Kept;
  /** A known block was corrected: to be kept at once, so that an app that is started again knows it too. */
  corrected: boolean;
  /** The present cycle has more to do than others: windows that could be closed wait for the next one. */
  busy: boolean;
  /** It was read from the warehouse and no cycle used it yet. */
  isNew: boolean;
  /** Blocks that are still to be counted before anything is judged. */
  recount: Recount | null;
  /** The block that was counted last although nothing spoke against it. */
  audited: BlockId | null;
  /** Cycles in a row that counted none. */
  auditsSkipped: number;
  /** Blocks that were found to be different and not judged since. */
  unjudged: readonly BlockId[];
  /** Cycles in a row that left the judgement to the next one. */
  judgementWaits: number;
  /** Cycles in a row that found no time to close windows, or to keep the sums. */
  closingWaits: number;
  keepingWaits: number;
  /** Blocks in which somebody changed rows by hand, through this app: counted again by the next cycle. */
  readonly announced: Set<number>;
  /** Row counts for which left-over rows were looked for in vain: not done again until they change. */
  leftOversSoughtAt: string | null;
  /** Windows that the last judgement found open, epoch milliseconds. */
  open: ReadonlySet<number>;
  closed: ClosedWindows | null;
  charged: ChargedTwice;
  absorbed: { readonly records: number; readonly positions: readonly Position[] };
  /** What reconciliation_runs says last; null until it was read. */
  verdicts: LastVerdicts | null;
  /** Figures of closed windows that did not add up and were opened in vain: not opened again for the same. */
  reopenedFor: string | null;
  /** Rows may have been booked since the windows were last opened: at the start, after a failure, by hand. */
  touched: boolean;
}

/** Cycles in a row that may leave the judgement to the next one because they had more to do than others. */
const judgementWaitsMax = 2;

export function mayWait({ judgementWaits }: Pick<LaneState, "judgementWaits">): boolean {
  return judgementWaits < judgementWaitsMax;
}

/** What the closed windows add up to: unchanged until a window is closed or opened. */
export interface ClosedWindows {
  readonly terms: JudgedTerms;
  readonly counts: { readonly closed: number; readonly broken: number };
  readonly newest: readonly JudgedWindow[];
}

/** Who was charged twice; `key` tells for which surplus it was read. */
export interface ChargedTwice {
  readonly key: string;
  readonly customers: Amounts;
  readonly positions: readonly Position[];
}

export const nobodyCharged: ChargedTwice = { key: "", customers: noAmounts, positions: [] };

export const nothingClosed: ClosedWindows = { terms: noTerms, counts: { closed: 0, broken: 0 }, newest: [] };

/** Where the app left off, or the beginning. */
export async function readProgress(gateway: Gateway, definitions: Definitions): Promise<Progress> {
  const [row] = await gateway.query(definitions.statements["read-progress"]);
  if (row === undefined)
    return { cycle: 0, intentsWatermark: 0, settledSequence: 0, checkpointId: "", mergedBatchId: -1 };
  return {
    cycle: Number(row["cycle"]),
    intentsWatermark: Number(row["intents_watermark"]),
    settledSequence: Number(row["settled_sequence"]),
    checkpointId: String(row["checkpoint_id"]),
    mergedBatchId: Number(row["merged_batch_id"]),
  };
}

export function positionsOf(rows: readonly Row[]): Position[] {
  return rows.map((row) => ({ partition: Number(row["partition_no"]), offset: Number(row["offset_no"]) }));
}

export function newLaneState(
  progress: Progress,
  { known, kept }: { readonly known: Known | null; readonly kept: Kept },
): LaneState {
  return {
    // Cycles that changed nothing leave no progress, but what is known may be of a later one.
    progress: { ...progress, cycle: Math.max(progress.cycle, known?.cycle ?? 0) },
    shownBatchId: progress.mergedBatchId,
    known,
    kept,
    corrected: false,
    busy: known !== null,
    isNew: true,
    recount: null,
    audited: null,
    auditsSkipped: 0,
    unjudged: [],
    judgementWaits: 0,
    closingWaits: 0,
    keepingWaits: 0,
    announced: new Set(),
    leftOversSoughtAt: null,
    open: new Set(),
    closed: null,
    charged: nobodyCharged,
    absorbed: { records: 0, positions: [] },
    verdicts: null,
    reopenedFor: null,
    touched: true,
  };
}
