import type { BatchProgress } from "../processes/messages.ts";
import type { BatchPlan, PartitionEnd } from "./checkpoint/entries.ts";
import type { Decisions } from "./engine/decide.ts";
import type { StateCommit } from "./state/state-store.ts";

/** What one batch measured; `durationMs` has Spark's names. */
export interface BatchMeasurements {
  readonly plan: BatchPlan;
  readonly startedAtMs: number;
  /** Since the start of the batch before; null for the first. */
  readonly sincePreviousMs: number | null;
  readonly inputRows: number;
  readonly outputRows: number;
  readonly decisions: Decisions;
  readonly state: StateCommit;
  readonly stateMemoryBytes: number;
  readonly stateCommitMs: number;
  readonly durationMs: Readonly<Record<DurationName, number>>;
  readonly startOffsets: readonly PartitionEnd[];
  readonly endOffsets: readonly PartitionEnd[];
  readonly latestOffset: Readonly<Record<string, number>>;
}
export type DurationName =
  | "latestOffset"
  | "walCommit"
  | "getBatch"
  | "addBatch"
  | "commitOffsets"
  | "triggerExecution";

/** StreamingQueryProgress of one micro-batch. */
export function progressOf(batch: BatchMeasurements): BatchProgress {
  const { plan, decisions, durationMs } = batch;
  const { eventTime } = decisions;
  return {
    batchId: plan.batchId,
    timestamp: isoTime(batch.startedAtMs),
    numInputRows: batch.inputRows,
    inputRowsPerSecond: perSecond(batch.inputRows, batch.sincePreviousMs),
    processedRowsPerSecond: perSecond(batch.inputRows, durationMs.triggerExecution),
    durationMs: Object.fromEntries(Object.entries(durationMs).map(([name, ms]) => [name, rounded(ms)])),
    eventTime: {
      max: eventTime === null ? null : isoTime(eventTime.maxMs),
      min: eventTime === null ? null : isoTime(eventTime.minMs),
      avg: eventTime === null ? null : isoTime(eventTime.averageMs),
      watermark: isoTime(plan.watermarkMs),
    },
    stateOperators: [
      {
        operatorName: "dedupeWithinWatermark",
        numRowsTotal: batch.state.rows,
        numRowsUpdated: decisions.added.length,
        numRowsRemoved: batch.state.removed,
        commitTimeMs: rounded(batch.stateCommitMs),
        memoryUsedBytes: batch.stateMemoryBytes,
        numRowsDroppedByWatermark: decisions.late,
        customMetrics: { numDroppedDuplicateRows: decisions.duplicates },
      },
    ],
    sources: [
      {
        startOffset: offsetsOf(batch.startOffsets),
        endOffset: offsetsOf(batch.endOffsets),
        latestOffset: batch.latestOffset,
      },
    ],
    sink: { numOutputRows: batch.outputRows },
  };
}

function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}

function perSecond(rows: number, ms: number | null): number {
  return ms === null || ms <= 0 ? 0 : rounded((rows * 1_000) / ms);
}

function offsetsOf(ends: readonly PartitionEnd[]): Record<string, number> {
  return Object.fromEntries(ends.map(({ partition, next }) => [partition, next]));
}
