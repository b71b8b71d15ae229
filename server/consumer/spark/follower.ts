import type { Clock } from "#server/shared/clock.ts";
import type { BatchProgress, CrashPoint } from "../../processes/messages.ts";
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import type { BatchCommit } from "../checkpoint/entries.ts";
import { duplicate, kept, late, nextWatermark } from "../engine/decide.ts";
import { noTotals, totalsAfter } from "../engine/totals.ts";
import { progressOf } from "../progress.ts";
import type { ConsumerProtections } from "../runner.ts";
import type { Sink } from "../sink/sink.ts";
import type { BatchMarker, OutcomeAssembler, SparkBatch } from "./outcomes.ts";

export interface FollowerOptions {
  readonly checkpoint: Checkpoint;
  readonly assembler: OutcomeAssembler;
  readonly sink: Sink;
  readonly clock: Clock;
  readonly delayMs: number;
  readonly protections: ConsumerProtections;
  /** Live keys as Spark last reported them. */
  readonly stateRows: () => number;
  /** The same seam as the embedded engine's; Spark's own plan and state are behind it when a batch arrives here. */
  readonly reached: (point: CrashPoint, rows: number) => Promise<void>;
  readonly onCommitted: (progress: BatchProgress) => void;
}

/**
 * Takes Spark's batches from the outcomes topic to the warehouse. Its checkpoint has the embedded engine's commit log,
 * with Spark's batch ids, offsets and watermarks, so that whoever reads one reads the other; the state mark is the
 * place in the outcomes topic.
 */
export class SparkFollower {
  readonly #options: FollowerOptions;
  #protections: ConsumerProtections;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#protections = options.protections;
  }

  /** Where to read on in the outcomes topic. */
  static resumeAt(commit: BatchCommit | null): number {
    return commit === null ? 0 : Number(commit.stateMark);
  }

  setProtections(protections: ConsumerProtections): void {
    this.#protections = protections;
  }

  async take(value: Buffer | null, next: number): Promise<void> {
    const { assembler, checkpoint } = this.#options;
    const batch = assembler.accept(value, checkpoint.lastCommit?.batchId ?? -1);
    if (batch !== null) await this.#commit(batch, next);
  }

  async #commit(batch: SparkBatch, next: number): Promise<void> {
    const { checkpoint, sink, clock, reached } = this.#options;
    const { marker } = batch;
    const startedAtMs = clock.nowMs();
    await reached("after-plan", batch.kept.length);
    await reached("after-state", batch.kept.length);
    await sink.write({
      batchId: marker.batch_id,
      watermarkMs: marker.late_watermark_ms,
      insertIds: this.#protections.insertIds,
      kept: batch.kept,
      late: batch.late,
      duplicates: batch.duplicates.map((row) => ({ row, first: null, watermarkMs: marker.late_watermark_ms })),
      deadLetters: batch.deadLetters,
    });
    await reached("after-sink", batch.kept.length);
    const payments = [...batch.kept, ...batch.late, ...batch.duplicates];
    const outcomes = Uint8Array.from(payments, (_, index) =>
      index < batch.kept.length ? kept : index < batch.kept.length + batch.late.length ? late : duplicate,
    );
    const before = checkpoint.lastCommit;
    const progress = this.#progress(batch, { startedAtMs, outcomes });
    await checkpoint.commit({
      batchId: marker.batch_id,
      epoch: checkpoint.epoch,
      committedAtMs: clock.nowMs(),
      watermarkMs: marker.watermark_ms,
      nextWatermarkMs: nextWatermark({
        watermarkMs: marker.watermark_ms,
        maxEventTimeMs: payments.reduce<number | null>((max, row) => Math.max(max ?? 0, row.eventTimeMs), null),
        delayMs: this.#options.delayMs,
      }),
      partitions: endsOf(marker.end_offsets),
      totals: totalsAfter(before?.totals ?? noTotals, { payments, deadLetters: batch.deadLetters }, { outcomes }),
      refusedForGood: sink.refusedForGood(),
      stateRows: this.#options.stateRows(),
      stateMark: next.toString(),
      progress: { ...progress },
    });
    this.#options.onCommitted(progress);
    await reached("after-commit", batch.kept.length);
  }

  /** What is known when the batch is committed; Spark's own progress of it comes a moment later. */
  #progress(batch: SparkBatch, run: { startedAtMs: number; outcomes: Uint8Array<ArrayBuffer> }): BatchProgress {
    const { marker } = batch;
    const rows = run.outcomes.length + batch.deadLetters.length;
    return progressOf({
      plan: planOf(marker, this.#options.delayMs),
      startedAtMs: run.startedAtMs,
      sincePreviousMs: null,
      inputRows: rows,
      outputRows: batch.kept.length,
      decisions: {
        outcomes: run.outcomes,
        firstRows: new Int32Array(),
        firstEntries: new Int32Array(),
        added: Array.from(batch.kept.keys()),
        duplicates: batch.duplicates.length,
        late: batch.late.length,
        eventTime: null,
      },
      state: { rows: this.#options.stateRows(), removed: 0, mark: "" },
      stateMemoryBytes: 0,
      stateCommitMs: 0,
      durationMs: {
        latestOffset: 0,
        walCommit: 0,
        getBatch: 0,
        addBatch: this.#options.clock.nowMs() - run.startedAtMs,
        commitOffsets: 0,
        triggerExecution: this.#options.clock.nowMs() - run.startedAtMs,
      },
      startOffsets: endsOf(marker.start_offsets),
      endOffsets: endsOf(marker.end_offsets),
      latestOffset: marker.end_offsets,
    });
  }
}

function planOf(marker: BatchMarker, delayMs: number) {
  const protections = { deduplication: true, insertIds: true };
  const watermarkMs = marker.watermark_ms;
  return { batchId: marker.batch_id, epoch: 0, watermarkMs, delayMs, plannedAtMs: 0, ...protections, ranges: [] };
}

function endsOf(offsets: Readonly<Record<string, number>>) {
  return Object.entries(offsets)
    .map(([partition, next]) => ({ partition: Number(partition), next, lastCrc: null }))
    .toSorted((a, b) => a.partition - b.partition);
}
