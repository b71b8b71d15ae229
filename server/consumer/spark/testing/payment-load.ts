import { decideBatch } from "../../engine/decide.ts";
import { sortOut } from "../../engine/micro-batch.ts";
import { RecordColumns } from "../../engine/record-columns.ts";
import type { BatchProgress } from "../../../processes/messages.ts";
import type { Intent } from "../../../warehouse/types.ts";
import { HashTable } from "../../state/hash-table.ts";
import type { Lane } from "../../testing/lane-fixture.ts";
import { paymentRecord } from "../../testing/payments.ts";

const partitions = 3;

/** Payments of which the first are never sent in time; event times are a millisecond apart. */
export class PaymentLoad {
  readonly startMs: number;
  readonly #payments: number;
  readonly #firstSent: number;
  /** What each partition holds, in order. */
  readonly logs: string[][] = Array.from({ length: partitions }, () => []);

  constructor({ payments, firstSent }: { readonly payments: number; readonly firstSent: number }) {
    this.#payments = payments;
    this.#firstSent = firstSent;
    this.startMs = Date.now() - payments - 10_000;
  }

  get sent(): number {
    return this.#payments - this.#firstSent;
  }

  value(sequence: number): string {
    return JSON.stringify(paymentRecord(sequence, this.startMs));
  }

  /** The payments, every tenth twice in another partition too, and two records that are none. */
  async storeAll(lane: Lane): Promise<void> {
    const logs: string[][] = Array.from({ length: partitions }, () => []);
    for (let sequence = this.#firstSent; sequence < this.#payments; sequence++) {
      const value = this.value(sequence);
      logs[sequence % partitions]?.push(value, ...(sequence % 10 === 0 ? [value] : []));
    }
    logs[0]?.splice(50, 0, "{", JSON.stringify({ ...paymentRecord(90_000, this.startMs), amount: "-1.00" }));
    for (const [partition, values] of logs.entries()) await this.store(lane, partition, values);
  }

  async store(lane: Lane, partition: number, values: readonly string[]): Promise<void> {
    this.logs[partition]?.push(...values);
    for (let from = 0; from < values.length; from += 1_000)
      await lane.producer.send(partition, values.slice(from, from + 1_000));
  }

  /** What customers meant to pay: everything that was sent in time, and the first of the payments that were not. */
  intents(lateOriginals: number): readonly Intent[] {
    return Array.from({ length: this.sent + lateOriginals }, (_, index) => {
      const number = index < lateOriginals ? index + 1 : index - lateOriginals + this.#firstSent;
      const { transaction_id, customer_id, merchant_id, currency } = paymentRecord(number, this.startMs);
      return {
        sequence: index + 1,
        transactionId: transaction_id,
        customerId: customer_id,
        merchantId: merchant_id,
        amountMinor: BigInt((number % 90) + 1) * 100n + 25n,
        currency: currency as Intent["currency"],
        eventTimeMs: this.startMs + number,
      };
    });
  }

  /** The same micro-batches by the embedded engine's rules: what each counts, and the positions that it keeps. */
  byEmbeddedEngine(batches: readonly BatchProgress[], delayMs: number) {
    const state = new HashTable({ delayMs, seed: 1 });
    let previousWatermarkMs = 0;
    return batches.map(({ sources: [range], eventTime }) => {
      const records = new RecordColumns();
      for (const [partition, values] of this.logs.entries()) {
        const from = range?.startOffset[partition] ?? 0;
        for (const [at, value] of values.slice(from, range?.endOffset[partition] ?? 0).entries()) {
          const bytes = Buffer.from(value);
          records.add(partition, { offset: from + at, bytes, valueStart: 0, valueEnd: bytes.length, sendId: "" });
        }
      }
      const batch = sortOut(records, { plannedAtMs: Date.now(), delayMs });
      const decisions = decideBatch(state, {
        count: batch.count,
        keys: batch.keys,
        eventTimesMs: batch.eventTimesMs,
        previousWatermarkMs,
        deduplication: true,
      });
      for (const row of decisions.added)
        state.add({
          keys: batch.keys,
          row,
          expiresAtMs: (batch.eventTimesMs[row] ?? 0) + delayMs,
          partition: 0,
          offset: row,
        });
      previousWatermarkMs = Date.parse(eventTime.watermark);
      state.evict(previousWatermarkMs);
      const positions = decisions.added.map((row) => `${batch.partitions[row]}-${batch.offsets[row]}`);
      const counts = { kept: positions.length, duplicates: decisions.duplicates, late: decisions.late };
      return { counts, positions };
    });
  }
}

/** The same as Spark reported it. */
export function countsOf(batches: readonly BatchProgress[]) {
  return batches.map(({ sink, stateOperators: [operator] }) => ({
    kept: sink.numOutputRows,
    duplicates: operator?.customMetrics["numDroppedDuplicateRows"],
    late: operator?.numRowsDroppedByWatermark,
  }));
}
