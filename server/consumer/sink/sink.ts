import type { PaymentRow, UnusableRow } from "../engine/records.ts";
import type { Duplicate } from "./rows.ts";

/** Rows that are made when they are asked for; an array is one too. */
export interface RowList<Row> {
  readonly length: number;
  readonly map: <Result>(result: (row: Row) => Result) => Result[];
}

/** The outcome of a micro-batch on its way to the warehouse. */
export interface SinkBatch {
  readonly batchId: number;
  /** W(k−1), which late rows missed. */
  readonly watermarkMs: number;
  readonly insertIds: boolean;
  readonly kept: RowList<PaymentRow>;
  readonly late: RowList<PaymentRow>;
  readonly duplicates: RowList<Duplicate>;
  readonly deadLetters: readonly UnusableRow[];
}

export interface Sink {
  /** Resolves when every row is stored or refused for good; rejects only when `stop` interrupts it. */
  readonly write: (batch: SinkBatch) => Promise<void>;
  /** Rows refused for good so far under this checkpoint. */
  readonly refusedForGood: () => number;
  readonly stop: () => void;
}

/** Thrown by a write that `stop` interrupted: the batch is not committed and runs again. */
export class SinkStopped extends Error {}
