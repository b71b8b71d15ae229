import type { Currency, Money } from "#contract/money.ts";
import type { TotalName, Verdict } from "#contract/snapshot.ts";
import type { WindowVerdict } from "#contract/live.ts";

/** A row of the intents ledger, as far as the warehouse needs it. */
export interface Intent {
  /** 1, 2, 3 … without gaps. */
  readonly sequence: number;
  readonly transactionId: string;
  readonly customerId: string;
  readonly merchantId: string;
  readonly amountMinor: bigint;
  readonly currency: Currency;
  readonly eventTimeMs: number;
}

/** What the consumer had committed when the cycle began (its checkpoint and its sink's journal, read together). */
export interface Committed {
  /** Null before the first checkpoint was made. */
  readonly checkpointId: string | null;
  /** The last committed micro-batch; -1 for none. */
  readonly batchId: number;
  /** Rows kept by batches 0 … batchId under this checkpoint. */
  readonly keptCount: number;
  /** Rows of those batches that the warehouse refused for good. */
  readonly refusedForGood: number;
}

export interface CycleInput {
  readonly committed: Committed;
  /** Intents with a higher sequence, in order, at most `limit`. */
  readonly intentsSince: (sequence: number, limit: number) => readonly Intent[];
  /** Read after `committed`, so that every row of the committed batches has its intent at or below it. */
  readonly lastIntentSequence: number;
  /** Asked after the merge saw every row of `committed`: through which sequence everything is settled upstream. */
  readonly settledSequenceAfterMerge: () => number;
  readonly mergeOn: boolean;
  /** In words, a layer that is down ("the broker is down"); null when all run. */
  readonly layerDown: string | null;
}

export type WarehouseTotalName = Extract<
  TotalName,
  | "rawRows"
  | "positions"
  | "booked"
  | "absorbedByMerge"
  | "notYetMerged"
  | "planted"
  | "bookedByHand"
  | "latePayments"
  | "deadLetteredPayments"
  | "missing"
  | "pending"
  | "surplus"
  | "customersChargedTwice"
  | "unexpected"
  | "mismatched"
>;
export interface WarehouseTotal {
  readonly count: number;
  readonly money: Money;
  /** When it was read, ISO 8601. */
  readonly asOf: string;
}
export type WarehouseTotals = Readonly<Record<WarehouseTotalName, WarehouseTotal>>;

/** How far the app has come with this lane's dataset; persisted in reconciliation_progress. */
export interface Progress {
  readonly cycle: number;
  /** Intents 1 … this are in the warehouse, counted; nothing beyond is judged. */
  readonly intentsWatermark: number;
  readonly settledSequence: number;
  readonly checkpointId: string;
  /** The merge saw every row of this batch and all before it. */
  readonly mergedBatchId: number;
}

/** What the terms of equations 5 to 7 were read at: the consistent cut. */
export interface Cut extends Progress {
  /** The last batch that the merge was shown; rows beyond are `notYetMerged`. `positions` are of batches up to it. */
  readonly batchId: number;
  /** Intents of the warehouse up to the watermark, made unique: equal to the watermark, or an alarm. */
  readonly intended: WarehouseTotal;
}

export interface Position {
  readonly partition: number;
  readonly offset: number;
}

export interface CycleOutput {
  /** Null before the first complete reading. */
  readonly totals: WarehouseTotals | null;
  readonly cut: Cut | null;
  /** The newest windows, oldest first. */
  readonly windows: readonly WindowVerdict[];
  readonly windowCounts: { readonly settled: number; readonly matched: number; readonly broken: number };
  readonly verdict: Verdict;
  /** The facts behind a BREAK, worst first: "3 customers charged twice, $1,240.00". */
  readonly reasons: readonly string[];
  /** Event time up to which every payment is settled, ISO 8601. */
  readonly settledUntil: string | null;
  readonly waitingFor: string | null;
  /** Where the newest copies booked beyond the first stand, at most `positionsMax`. */
  readonly surplusPositions: readonly Position[];
  /** Where the newest copies that the merge absorbed stand, at most `positionsMax`. */
  readonly absorbedPositions: readonly Position[];
  /** Why this cycle could not be completed; null when it was. Totals are then those of the last complete one. */
  readonly failure: string | null;
}
