import type { StateView } from "../engine/decide.ts";
import type { KeyWords } from "../engine/keys.ts";

/** What a micro-batch adds to the state; columns are indexed by the batch's rows. */
export interface StateBatch {
  readonly batchId: number;
  /** W(k): entries that expire at or before it are gone after this batch. */
  readonly watermarkMs: number;
  readonly delayMs: number;
  readonly added: readonly number[];
  readonly keys: KeyWords;
  readonly eventTimesMs: Float64Array<ArrayBuffer>;
  readonly partitions: Uint16Array<ArrayBuffer>;
  readonly offsets: Float64Array<ArrayBuffer>;
}

export interface StateCommit {
  /** Live entries after eviction by W(k), as Spark's numRowsTotal. */
  readonly rows: number;
  readonly removed: number;
  /** For the commit log: what the store needs to be brought back to this batch. */
  readonly mark: string;
}

export interface Position {
  readonly partition: number;
  readonly offset: number;
}

/** A batch's look at the state: live entries at W(k−1), and where their records stand. */
export interface PositionedView extends StateView {
  readonly position: (entry: number) => Position;
}

/** Where a store is opened: everything after `committedBatchId` counts as absent (C3). */
export interface StateStoreOptions {
  readonly directory: string;
  readonly epoch: number;
  readonly committedBatchId: number;
  /** The mark of the committed batch; null when nothing was ever committed. */
  readonly mark: string | null;
  /** W of the committed batch. */
  readonly watermarkMs: number;
  readonly delayMs: number;
  /** Seed of the table's hash. */
  readonly seed: number;
  /** Throws when another engine has taken the checkpoint over. */
  readonly assertHeld: () => void;
}

/** The keys within the watermark. One batch at a time: view, apply, and `committed` once the commit log has it. */
export interface StateStore {
  readonly view: (keys: KeyWords, count: number) => Promise<PositionedView>;
  /** Durable when it resolves, in one atomic write (C5). */
  readonly apply: (batch: StateBatch) => Promise<StateCommit>;
  /** The commit log has the batch: what only a re-run of it would need may go. */
  readonly committed: () => Promise<void>;
  readonly memoryBytes: () => number;
  readonly close: () => Promise<void>;
}
