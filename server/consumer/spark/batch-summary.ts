import type { Clock } from "#server/shared/clock.ts";
import type { BatchProgress } from "../../processes/messages.ts";
import type { BatchCommit, CheckpointTotals, PartitionEnd } from "../checkpoint/entries.ts";
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import { nextWatermark } from "../engine/decide.ts";

/** One of Spark's micro-batches, as it is committed here. Offsets by partition. */
export interface BatchSummary {
  readonly batchId: number;
  readonly watermarkMs: number;
  readonly maxEventTimeMs: number | null;
  readonly startOffsets: Readonly<Record<string, number>>;
  readonly endOffsets: Readonly<Record<string, number>>;
  readonly counts: { readonly kept: number; readonly duplicates: number; readonly late: number; readonly dead: number };
  /** The checkpoint's totals after it. */
  readonly totals: CheckpointTotals;
  readonly refusedForGood: number;
  readonly stateMark: string;
  readonly startedAtMs: number;
}

export interface CommitSurroundings {
  readonly checkpoint: Checkpoint;
  readonly clock: Clock;
  readonly delayMs: number;
  /** Live keys as Spark last reported them. */
  readonly stateRows: () => number;
}

/** Commits a batch to the commit log that the embedded engine writes, so that whoever reads one reads the other. */
export async function commitSummary(
  { checkpoint, clock, delayMs, stateRows }: CommitSurroundings,
  batch: BatchSummary,
): Promise<BatchProgress> {
  const progress = progressOf(batch, { tookMs: clock.nowMs() - batch.startedAtMs, stateRows: stateRows() });
  const commit: BatchCommit = {
    batchId: batch.batchId,
    epoch: checkpoint.epoch,
    committedAtMs: clock.nowMs(),
    watermarkMs: batch.watermarkMs,
    nextWatermarkMs: nextWatermark({ ...batch, delayMs }),
    partitions: endsOf(batch.endOffsets),
    totals: batch.totals,
    refusedForGood: batch.refusedForGood,
    stateRows: stateRows(),
    stateMark: batch.stateMark,
    progress: { ...progress },
  };
  await checkpoint.commit(commit);
  return progress;
}

/** What is known when the batch is committed; Spark's own report, which takes its place, comes a moment later. */
function progressOf(batch: BatchSummary, measured: { tookMs: number; stateRows: number }): BatchProgress {
  const { counts, startOffsets, endOffsets } = batch;
  const rows = counts.kept + counts.duplicates + counts.late + counts.dead;
  return {
    batchId: batch.batchId,
    timestamp: new Date(batch.startedAtMs).toISOString(),
    numInputRows: rows,
    inputRowsPerSecond: 0,
    processedRowsPerSecond: measured.tookMs <= 0 ? 0 : (rows * 1_000) / measured.tookMs,
    durationMs: { addBatch: measured.tookMs, triggerExecution: measured.tookMs },
    eventTime: {
      max: batch.maxEventTimeMs === null ? null : new Date(batch.maxEventTimeMs).toISOString(),
      min: null,
      avg: null,
      watermark: new Date(batch.watermarkMs).toISOString(),
    },
    stateOperators: [
      {
        operatorName: "dedupeWithinWatermark",
        numRowsTotal: measured.stateRows,
        numRowsUpdated: counts.kept,
        numRowsRemoved: 0,
        commitTimeMs: 0,
        memoryUsedBytes: 0,
        numRowsDroppedByWatermark: counts.late,
        customMetrics: { numDroppedDuplicateRows: counts.duplicates },
      },
    ],
    sources: [{ startOffset: startOffsets, endOffset: endOffsets, latestOffset: endOffsets }],
    sink: { numOutputRows: counts.kept },
  };
}

function endsOf(offsets: Readonly<Record<string, number>>): PartitionEnd[] {
  return Object.entries(offsets)
    .map(([partition, next]) => ({ partition: Number(partition), next, lastCrc: null }))
    .toSorted((a, b) => a.partition - b.partition);
}
