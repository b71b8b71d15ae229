import type { BatchProgress, CrashPoint } from "../../processes/messages.ts";
import type { CheckpointTotal } from "../checkpoint/entries.ts";
import { addTotals, noTotals } from "../engine/totals.ts";
import { refusedText } from "../sink/create-sink.ts";
import { countedTable, type CallStart, type SinkJournal } from "../sink/journal.ts";
import { commitSummary, type CommitSurroundings } from "./batch-summary.ts";
import type { SparkQuestion, WrittenBatch } from "./questions.ts";

export interface LoadFollowerOptions extends CommitSurroundings {
  readonly journal: SinkJournal;
  readonly reached: (point: CrashPoint, rows: number) => Promise<void>;
  readonly onCommitted: (progress: BatchProgress) => void;
  /** Rows that the warehouse will never take, in a sentence. */
  readonly onRefused: (text: string) => void;
}

/**
 * Keeps the books of a job that loads its batches into BigQuery itself: journals each load before it is made, and
 * commits the batch before the job tells Spark that it is done.
 */
export class LoadFollower {
  readonly #options: LoadFollowerOptions;
  /** Of the batch at work, by table. */
  readonly #calls = new Map<string, CallStart & { readonly callId: number }>();
  #startedAtMs = 0;

  constructor(options: LoadFollowerOptions) {
    this.#options = options;
  }

  async answer(asked: SparkQuestion): Promise<object> {
    const { checkpoint, journal, reached, onRefused } = this.#options;
    if ("planned" in asked) {
      this.#startedAtMs = this.#options.clock.nowMs();
      this.#calls.clear();
      return { go: asked.planned > (checkpoint.lastCommit?.batchId ?? -1) };
    }
    if ("loading" in asked) await this.#begin(asked.loading);
    else if ("refused" in asked) {
      const { batch_id: batchId, rows } = asked.refused;
      for (const [partition, offset, reason] of rows)
        journal.refuse({ checkpointId: checkpoint.checkpointId, batchId, partition, offset, reason });
      const { count, lastReason } = journal.refused(checkpoint.checkpointId);
      onRefused(refusedText({ count, lastReason }));
    } else if ("loaded" in asked) await this.#end(asked.loaded);
    else if ("dropped" in asked) {
      const rows = asked.dropped.rows.map(([partition, offset, transactionId]) => ({
        partition,
        offset,
        transactionId,
      }));
      if (asked.dropped.kind === "duplicate") journal.recordDuplicates(asked.dropped.batch_id, rows);
      else journal.recordLate(rows);
    } else {
      const rows = asked.written.kinds.kept.count;
      await reached("after-sink", rows);
      this.#options.onCommitted(await this.#commit(asked.written));
      await reached("after-commit", rows);
    }
    return {};
  }

  async #begin({ batch_id: batchId, table, rows }: Extract<SparkQuestion, { loading: object }>["loading"]) {
    const { checkpoint, journal, reached } = this.#options;
    if (table === countedTable) {
      await reached("after-plan", rows);
      await reached("after-state", rows);
    }
    const call = { checkpointId: checkpoint.checkpointId, batchId, table, rows, insertIds: false };
    this.#calls.set(table, { ...call, callId: journal.beginOnce(call) });
  }

  async #end({ table, rejected, reason }: Extract<SparkQuestion, { loaded: object }>["loaded"]): Promise<void> {
    const call = this.#calls.get(table);
    if (call === undefined) throw new Error(`rows of ${table} were loaded that nobody had announced`);
    this.#options.journal.end({ ...call, outcome: "stored", rejected, failed: 0, detail: reason });
    if (table === countedTable) await this.#options.reached("mid-sink", call.rows);
    else if (rejected > 0) this.#options.onRefused(`${rejected} rows could not be written to ${table}: ${reason}`);
  }

  async #commit(batch: WrittenBatch): Promise<BatchProgress> {
    const { kept, duplicate, late, dead } = batch.kinds;
    return await commitSummary(this.#options, {
      batchId: batch.batch_id,
      watermarkMs: batch.watermark_ms,
      maxEventTimeMs: batch.max_event_time_ms,
      startOffsets: batch.start_offsets,
      endOffsets: batch.end_offsets,
      counts: { kept: kept.count, duplicates: duplicate.count, late: late.count, dead: dead.count },
      totals: addTotals(this.#options.checkpoint.lastCommit?.totals ?? noTotals, {
        kept: amountOf(kept),
        duplicates: amountOf(duplicate),
        late: amountOf(late),
        deadLettered: amountOf(dead),
      }),
      refusedForGood: this.#options.journal.refused(this.#options.checkpoint.checkpointId).count,
      stateMark: "",
      startedAtMs: this.#startedAtMs,
    });
  }
}

function amountOf({ count, money }: WrittenBatch["kinds"]["kept"]): CheckpointTotal {
  return { count, money: { USD: BigInt(money.USD), EUR: BigInt(money.EUR), JPY: BigInt(money.JPY) } };
}
