import type { OffsetRange, PartitionEnd } from "../checkpoint/entries.ts";
import type { RecordColumns } from "../engine/record-columns.ts";

/** Where micro-batches get their records from. */
export interface Source {
  /**
   * Reads on from the checkpoint's ends; partitions that it does not know start at their log start. Resolves when
   * reading has begun. Rejects, here or in any later call, with "data-lost" when the records are not there any more.
   */
  readonly start: (ends: readonly PartitionEnd[]) => Promise<void>;
  /** Resolves when records arrived since the last call, or after `timeoutMs`. */
  readonly waitForRecords: (timeoutMs: number) => Promise<void>;
  readonly plan: (options: {
    readonly nowMs: number;
    readonly rowsMax: number;
    readonly futureAfterMs: number;
  }) => OffsetRange[];
  /**
   * The records of the ranges in the order (partition, offset), as soon as all are read. The next call uses their memory
   * again: whatever is kept for longer must be copied.
   */
  readonly take: (ranges: readonly OffsetRange[]) => Promise<RecordColumns>;
  /** Log end per partition, as last seen. */
  readonly latestOffsets: () => Readonly<Record<string, number>>;
  readonly stop: () => Promise<void>;
}

/** What a call that waits for records ends with when `stop` is called. */
export class SourceStopped extends Error {}
