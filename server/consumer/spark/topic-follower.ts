import { currencies } from "#contract/money.ts";
import type { BatchProgress, CrashPoint } from "../../processes/messages.ts";
import type { BatchCommit } from "../checkpoint/entries.ts";
import { duplicate, kept, late } from "../engine/decide.ts";
import type { PaymentRow } from "../engine/records.ts";
import { noTotals, totalsAfter } from "../engine/totals.ts";
import type { Sink } from "../sink/sink.ts";
import { commitSummary, type CommitSurroundings } from "./batch-summary.ts";
import type { OutcomeAssembler, SparkBatch } from "./outcomes.ts";

export interface TopicFollowerOptions extends CommitSurroundings {
  readonly assembler: OutcomeAssembler;
  readonly sink: Sink;
  readonly insertIds: boolean;
  /** The same seam as the embedded engine's; Spark's own plan and state are behind it when a batch arrives here. */
  readonly reached: (point: CrashPoint, rows: number) => Promise<void>;
  readonly onCommitted: (progress: BatchProgress) => void;
  /** Nothing before this offset of the outcomes topic is needed any more. */
  readonly onDone: (next: number) => void;
}

/**
 * Takes Spark's batches from the outcomes topic to the warehouse, with the embedded engine's sink and commit log; the
 * state mark of a commit is the place in the outcomes topic.
 */
export class TopicFollower {
  readonly #options: TopicFollowerOptions;
  #insertIds: boolean;

  constructor(options: TopicFollowerOptions) {
    this.#options = options;
    this.#insertIds = options.insertIds;
  }

  /** Where to read on in the outcomes topic; null: at its start, for what an earlier checkpoint has read may be gone. */
  static resumeAt(commit: BatchCommit | null): number | null {
    return commit === null ? null : Number(commit.stateMark);
  }

  setInsertIds(on: boolean): void {
    this.#insertIds = on;
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
      insertIds: this.#insertIds,
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
    const before = checkpoint.lastCommit?.totals ?? noTotals;
    const progress = await commitSummary(this.#options, {
      batchId: marker.batch_id,
      watermarkMs: marker.watermark_ms,
      maxEventTimeMs: payments.reduce<number | null>((max, row) => Math.max(max ?? 0, row.eventTimeMs), null),
      startOffsets: marker.start_offsets,
      endOffsets: marker.end_offsets,
      counts: {
        kept: batch.kept.length,
        duplicates: batch.duplicates.length,
        late: batch.late.length,
        dead: batch.deadLetters.length,
      },
      totals: totalsAfter(before, { ...moneyOf(payments), deadLetters: batch.deadLetters }, { outcomes }),
      refusedForGood: sink.refusedForGood(),
      stateMark: next.toString(),
      startedAtMs,
    });
    this.#options.onCommitted(progress);
    this.#options.onDone(next);
    await reached("after-commit", batch.kept.length);
  }
}

function moneyOf(payments: readonly PaymentRow[]) {
  return {
    count: payments.length,
    amountsMinor: Float64Array.from(payments, ({ amountMinor }) => amountMinor),
    currencies: Uint8Array.from(payments, ({ currency }) => currencies.indexOf(currency)),
  };
}
