import type { Clock } from "#server/shared/clock.ts";
import type { Protections } from "#contract/names.ts";
import type { BatchProgress, CrashPoint } from "../processes/messages.ts";
import type { BatchLogs } from "./checkpoint/checkpoint.ts";
import { endsAfter, outgoingBatch } from "./batch-outcome.ts";
import type { BatchCommit, BatchPlan } from "./checkpoint/entries.ts";
import { decideBatch, nextWatermark } from "./engine/decide.ts";
import { sortOut, type MicroBatch } from "./engine/micro-batch.ts";
import type { RecordColumns } from "./engine/record-columns.ts";
import { futureLimitMs } from "./engine/records.ts";
import { noTotals, totalsAfter } from "./engine/totals.ts";
import { consumerLimits } from "./limits.ts";
import { progressOf, type BatchMeasurements } from "./progress.ts";
import type { Sink } from "./sink/sink.ts";
import type { Source } from "./source/source.ts";
import type { StateStore } from "./state/state-store.ts";
import { Stopwatch } from "./stopwatch.ts";

export type ConsumerProtections = Pick<Protections, "deduplication" | "insertIds">;

export interface RunnerOptions {
  readonly checkpoint: BatchLogs;
  readonly state: StateStore;
  readonly source: Source;
  readonly sink: Sink;
  readonly clock: Clock;
  /** Milliseconds of a clock that never jumps, for durations. */
  readonly elapsedMs: () => number;
  readonly delayMs: number;
  readonly triggerIntervalMs: number;
  readonly protections: ConsumerProtections;
  /** A seam between the steps of a batch; `rows` tells whether the step had anything to do. */
  readonly reached: (point: CrashPoint, rows: number) => Promise<void>;
  readonly onCommitted: (progress: BatchProgress) => void;
}

const idleWaitMs = 200;

/**
 * The micro-batch loop: plan logged, state, sink, commit, in this order and one batch at a time. A batch that was
 * planned and not committed is run again exactly as logged, before anything new is planned.
 */
export class MicroBatchRunner {
  readonly #options: RunnerOptions;
  #protections: ConsumerProtections;
  #stopping = false;
  #lastStartMs: number | null = null;
  #previousCommitMs: number | null = null;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#protections = options.protections;
  }

  /** Takes effect with the next batch that is planned. */
  setProtections(protections: ConsumerProtections): void {
    this.#protections = protections;
  }

  /** Runs batches until `stop`; rejects when it cannot go on. */
  async run(): Promise<void> {
    try {
      while (!this.#stopping) await this.#step();
    } catch (error) {
      if (!this.#stopping) throw error;
    }
  }

  /** The batch at work is abandoned where it waits; it runs again at the next start. */
  stop(): void {
    this.#stopping = true;
    this.#options.sink.stop();
  }

  async #step(): Promise<void> {
    const { checkpoint } = this.#options;
    const startMs = this.#options.elapsedMs();
    const logged = checkpoint.openPlan;
    if (logged !== null) {
      await this.#runBatch(logged, new Stopwatch(this.#options.elapsedMs, startMs));
      return;
    }
    await this.#awaitTrigger(startMs);
    const watch = new Stopwatch(this.#options.elapsedMs, this.#options.elapsedMs());
    const plan = this.#plan();
    if (plan === null) {
      await this.#options.source.waitForRecords(idleWaitMs);
      return;
    }
    watch.lap("latestOffset");
    await checkpoint.logPlan(plan);
    watch.lap("walCommit");
    await this.#options.reached("after-plan", rowsOf(plan));
    await this.#runBatch(plan, watch);
  }

  async #awaitTrigger(nowMs: number): Promise<void> {
    if (this.#lastStartMs === null) return;
    const restMs = this.#lastStartMs + this.#options.triggerIntervalMs - nowMs;
    if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
  }

  /** Records that are there, or a batch without data when the watermark has advanced, or nothing. */
  #plan(): BatchPlan | null {
    const { checkpoint, source, clock, delayMs } = this.#options;
    const last = checkpoint.lastCommit;
    const plannedAtMs = clock.nowMs();
    const futureAfterMs = plannedAtMs + futureLimitMs(delayMs);
    const ranges = source.plan({ nowMs: plannedAtMs, rowsMax: consumerLimits.batchRowsMax, futureAfterMs });
    const advanced = last !== null && last.nextWatermarkMs > last.watermarkMs;
    if (ranges.length === 0 && !advanced) return null;
    return {
      batchId: (last?.batchId ?? -1) + 1,
      epoch: checkpoint.epoch,
      watermarkMs: last?.nextWatermarkMs ?? 0,
      delayMs,
      plannedAtMs,
      ...this.#protections,
      ranges,
    };
  }

  async #runBatch(plan: BatchPlan, watch: Stopwatch): Promise<void> {
    const { state, source, sink, reached, clock, checkpoint } = this.#options;
    const startedAtMs = clock.nowMs();
    const sincePreviousMs = this.#lastStartMs === null ? null : watch.startMs - this.#lastStartMs;
    this.#lastStartMs = watch.startMs;
    const records = await source.take(plan.ranges);
    watch.lap("getBatch");
    const work = await this.#decide(plan, records);
    await reached("after-state", records.count);
    await sink.write(work.outgoing);
    await reached("after-sink", work.outgoing.kept.length);
    watch.lap("addBatch");

    const startOffsets = checkpoint.lastCommit?.partitions ?? [];
    const measured = {
      ...work,
      plan,
      startedAtMs,
      sincePreviousMs,
      inputRows: records.count,
      outputRows: work.outgoing.kept.length,
      stateMemoryBytes: state.memoryBytes(),
      startOffsets,
      endOffsets: endsAfter(startOffsets, plan, records),
      latestOffset: source.latestOffsets(),
    };
    await checkpoint.commit(this.#commitEntry(measured, progressOf({ ...measured, durationMs: watch.durations() })));
    watch.lap("commitOffsets");
    const durationMs = watch.durations();
    this.#previousCommitMs = durationMs.commitOffsets;
    await state.committed();
    this.#options.onCommitted(progressOf({ ...measured, durationMs }));
    await reached("after-commit", records.count);
  }

  /** The rules, and the state made durable with what they say. */
  async #decide(plan: BatchPlan, records: RecordColumns) {
    const { state, checkpoint, elapsedMs } = this.#options;
    const batch = sortOut(records, plan);
    const previousWatermarkMs = checkpoint.lastCommit?.watermarkMs ?? 0;
    const view = await state.view(batch.keys, batch.count);
    const decisions = decideBatch(view, {
      count: batch.count,
      keys: batch.keys,
      eventTimesMs: batch.eventTimesMs,
      previousWatermarkMs,
      deduplication: plan.deduplication,
    });
    const outgoing = outgoingBatch({ plan, batch, decisions, view, watermarkMs: previousWatermarkMs });
    const beforeMs = elapsedMs();
    const stateCommit = await state.apply({ ...plan, ...batch, added: decisions.added });
    return { batch, decisions, outgoing, state: stateCommit, stateCommitMs: elapsedMs() - beforeMs };
  }

  #commitEntry(measured: Measured, progress: BatchProgress): BatchCommit {
    const { checkpoint, clock, sink } = this.#options;
    const { plan, batch, decisions, state, endOffsets } = measured;
    return {
      batchId: plan.batchId,
      epoch: checkpoint.epoch,
      committedAtMs: clock.nowMs(),
      watermarkMs: plan.watermarkMs,
      nextWatermarkMs: nextWatermark({
        watermarkMs: plan.watermarkMs,
        maxEventTimeMs: decisions.eventTime?.maxMs ?? null,
        delayMs: plan.delayMs,
      }),
      partitions: [...endOffsets],
      totals: totalsAfter(checkpoint.lastCommit?.totals ?? noTotals, batch, decisions),
      refusedForGood: sink.refusedForGood(),
      stateRows: state.rows,
      stateMark: state.mark,
      progress: { ...progress },
      ...(this.#previousCommitMs === null ? {} : { previousCommitMs: this.#previousCommitMs }),
    };
  }
}

interface Measured extends Omit<BatchMeasurements, "durationMs"> {
  readonly batch: MicroBatch;
}

function rowsOf(plan: BatchPlan): number {
  return plan.ranges.reduce((rows, { from, to }) => rows + to - from, 0);
}
