import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "#server/shared/clock.ts";
import { unusableRow, type PaymentRow, type RawRecord } from "../engine/records.ts";
import { consumerLimits } from "../limits.ts";
import type { Circuit } from "./circuit.ts";
import type { InsertAnswer, Inserter, InsertRow } from "./inserter.ts";
import { countedTable, type CallEnd, type SinkJournal } from "./journal.ts";
import { deadLetterRow, decisionRow, latePaymentRow, paymentsRawRow, positionName, type RowOrigin } from "./rows.ts";
import { SinkStopped, type Sink, type SinkBatch } from "./sink.ts";

export interface WarehouseSinkOptions {
  readonly inserter: Inserter;
  readonly journal: SinkJournal;
  readonly circuit: Circuit;
  readonly clock: Clock;
  readonly topic: string;
  readonly checkpointId: string;
  /** Rows of one call, given how many there are to send; at most `insertRowsMax`. */
  readonly rowsPerCall: (rows: number) => number;
  /** After each call that stored rows of payments_raw while more are to come. */
  readonly onPartOfSink: () => Promise<void>;
  readonly onRefused: (reason: string) => void;
}

/** One row to insert; `json` is made per call, because the ingest id names the call. */
interface Outgoing {
  readonly record: RawRecord;
  readonly insertId: string | null;
  readonly bytes: number;
  readonly json: (ingestId: string) => object;
  /** What becomes of it when the warehouse will never take it. */
  readonly refuse: (reason: string) => Promise<void>;
}

const rowBytesEstimate = 600;

/**
 * Writes a batch's rows to the lane's dataset: every call journalled before and after, repeated until the warehouse
 * has the rows or refuses them for good. While it is away the caller waits here, so nothing more is consumed.
 */
export class WarehouseSink implements Sink {
  readonly #options: WarehouseSinkOptions;
  readonly #stopping = new AbortController();
  #refused: number;

  constructor(options: WarehouseSinkOptions) {
    this.#options = options;
    this.#refused = options.journal.refused(options.checkpointId).count;
  }

  async write(batch: SinkBatch): Promise<void> {
    const { topic, checkpointId, clock, journal } = this.#options;
    const ingestedAt = new Date(clock.nowMs()).toISOString();
    const origin: RowOrigin = { topic, checkpointId, batchId: batch.batchId, ingestedAt };
    const duplicates = batch.duplicates.map((duplicate) => duplicate);
    journal.recordDuplicates(
      batch.batchId,
      duplicates.map(({ row }) => row),
    );
    const lateRows = batch.late.map((row) => row);
    journal.recordLate(lateRows);
    await this.#send(origin, countedTable, this.#keptRows(origin, batch));
    const side = (record: RawRecord, json: object): Outgoing => ({
      record,
      // These tables count a position once whatever the lane's switch says.
      insertId: positionName(topic, record),
      bytes: rowBytesEstimate + (record.value?.length ?? 0) * 2,
      json: () => json,
      refuse: (reason) => this.#alarm(record, reason),
    });
    const late = lateRows.map((row) => side(row, latePaymentRow(origin, row, batch.watermarkMs)));
    await this.#send(origin, "late_payments", late);
    const dead = batch.deadLetters.map((row) => side(row, deadLetterRow(origin, row)));
    await this.#send(origin, "dead_letters", dead);
    const decisions = duplicates.map((duplicate) => side(duplicate.row, decisionRow(origin, duplicate)));
    await this.#send(origin, "dedup_decisions", decisions);
  }

  refusedForGood(): number {
    return this.#refused;
  }

  stop(): void {
    this.#stopping.abort();
  }

  #keptRows(origin: RowOrigin, batch: SinkBatch): Outgoing[] {
    return batch.kept.map((row) => ({
      record: row,
      insertId: batch.insertIds ? this.#insertIdOf(origin, row) : null,
      bytes: rowBytesEstimate,
      json: (ingestId) => paymentsRawRow(origin, row, ingestId),
      refuse: (reason) => this.#refusePayment(origin, row, reason),
    }));
  }

  /**
   * A checkpoint that follows another one writes rows of its own: absorbed by an insertId of the earlier one, they would
   * be missing from the positions that equation 5 counts for this one.
   */
  #insertIdOf(origin: RowOrigin, row: PaymentRow): string {
    const position = positionName(origin.topic, row);
    return this.#options.journal.firstCheckpointId === origin.checkpointId
      ? position
      : `${position}-${origin.checkpointId}`;
  }

  async #send(origin: RowOrigin, table: string, rows: readonly Outgoing[]): Promise<void> {
    const perCall = Math.min(consumerLimits.insertRowsMax, this.#options.rowsPerCall(rows.length));
    let from = 0;
    while (from < rows.length) {
      const to = callEnd(rows, from, perCall);
      await this.#sendUntilDone(origin, table, rows.slice(from, to));
      from = to;
      if (table === countedTable && (from < rows.length || rows.length === 1)) await this.#options.onPartOfSink();
    }
  }

  async #sendUntilDone(origin: RowOrigin, table: string, rows: readonly Outgoing[]): Promise<void> {
    let remaining = rows;
    while (remaining.length > 0) {
      if (this.#stopping.signal.aborted) throw new SinkStopped();
      const answer = await this.#call(origin, table, remaining);
      if (answer.kind === "stored") {
        this.#options.circuit.succeeded();
        return;
      }
      if (answer.kind === "failed") {
        if (answer.splits) {
          await this.#split(origin, table, { rows: remaining, detail: answer.detail });
          return;
        }
        await this.#pause(this.#options.circuit.failed(answer.detail));
        continue;
      }
      for (const [index, reason] of answer.rejected) await remaining[index]?.refuse(reason);
      if (answer.rejected.size > 0) this.#options.circuit.succeeded();
      else await this.#pause(this.#options.circuit.failed("rows were not taken"));
      remaining = remaining.filter((_, index) => !answer.rejected.has(index));
    }
  }

  /** A call that was refused as a whole: halves until the row at fault stands alone. */
  async #split(
    origin: RowOrigin,
    table: string,
    call: { readonly rows: readonly Outgoing[]; readonly detail: string },
  ): Promise<void> {
    const half = Math.ceil(call.rows.length / 2);
    if (call.rows.length === 1) {
      await call.rows[0]?.refuse(call.detail);
      return;
    }
    await this.#sendUntilDone(origin, table, call.rows.slice(0, half));
    await this.#sendUntilDone(origin, table, call.rows.slice(half));
  }

  async #call(origin: RowOrigin, table: string, rows: readonly Outgoing[]): Promise<InsertAnswer> {
    const { journal, inserter } = this.#options;
    const insertIds = rows[0]?.insertId !== null;
    const call = { checkpointId: origin.checkpointId, batchId: origin.batchId, table, rows: rows.length, insertIds };
    const callId = journal.begin(call);
    const sent = rows.map(({ insertId, json }, index): InsertRow => ({
      insertId,
      json: json(`${journal.id}-${callId}-${index}`),
    }));
    const answer = await inserter.insert(table, sent);
    journal.end({ ...call, callId, ...journalled(answer, rows.length) });
    return answer;
  }

  async #refusePayment(origin: RowOrigin, row: PaymentRow, reason: string): Promise<void> {
    const { journal, onRefused } = this.#options;
    journal.refuse({ checkpointId: origin.checkpointId, batchId: origin.batchId, ...row, reason });
    this.#refused = journal.refused(origin.checkpointId).count;
    onRefused(reason);
    const dead = deadLetterRow(origin, unusableRow(row, `the warehouse refused the row: ${reason}`));
    const insertId = positionName(origin.topic, row);
    const refuse = (again: string) => this.#alarm(row, again);
    await this.#sendUntilDone(origin, "dead_letters", [
      { record: row, insertId, bytes: rowBytesEstimate, json: () => dead, refuse },
    ]);
  }

  #alarm({ partition, offset }: RawRecord, reason: string): Promise<void> {
    this.#options.onRefused(`record ${partition}-${offset} could not be written to a side table: ${reason}`);
    return Promise.resolve();
  }

  async #pause(delayMs: number): Promise<void> {
    try {
      await delay(delayMs, undefined, { signal: this.#stopping.signal });
    } catch {
      throw new SinkStopped();
    }
  }
}

/** End of the call that starts at `from`: bounded in rows and in bytes. */
function callEnd(rows: readonly Outgoing[], from: number, rowsMax: number): number {
  let bytes = 0;
  let to = from;
  while (to < rows.length && to - from < rowsMax) {
    bytes += rows[to]?.bytes ?? 0;
    if (to > from && bytes > consumerLimits.insertBytesMax) break;
    to += 1;
  }
  return to;
}

/** How the journal ends a call. */
export function journalled(
  answer: InsertAnswer,
  rows: number,
): Pick<CallEnd, "outcome" | "rejected" | "failed" | "detail"> {
  if (answer.kind === "stored") return { outcome: "stored", rejected: 0, failed: 0, detail: null };
  if (answer.kind === "rejected") {
    const rejected = answer.rejected.size;
    const [detail = null] = answer.rejected.values();
    return { outcome: "failed", rejected, failed: rows - rejected, detail };
  }
  const { detail } = answer;
  if (answer.certain) return { outcome: "failed", rejected: 0, failed: rows, detail };
  return { outcome: "unanswered", rejected: 0, failed: 0, detail };
}
