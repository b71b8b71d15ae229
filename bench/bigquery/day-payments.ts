/** The payments of the day benchmark: the same ones in SQL, for the day that is loaded, and in TypeScript, for fresh ones. */
import { currencies, decimalToMinor } from "#contract/money.ts";
import { limits } from "#contract/limits.ts";
import type { Gateway } from "../../server/warehouse/gateway.ts";
import type { CycleInput, Intent } from "../../server/warehouse/types.ts";

export const paymentsPerSecond = 200;
export const windowPayments = (paymentsPerSecond * limits.windowMs) / 1000;
/** Rows of one micro-batch of the loaded day. */
export const batchPayments = 200;
export const checkpointId = "checkpoint-day";
export const topic = "payments";
export const partitions = 3;
export const dayStartMs = Date.parse("2026-01-01T00:00:00Z");
const stepMs = 1000 / paymentsPerSecond;
const everyNthIsCopied = 100;

/** `sequence` counts from 1. In SQL: transactionSql. */
export function transactionId(sequence: number): string {
  const time = String(dayStartMs + (sequence - 1) * stepMs);
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${String(sequence).padStart(12, "0")}`;
}

export function intentOf(sequence: number): Intent {
  const currency = currencies[sequence % currencies.length] ?? "USD";
  return {
    sequence,
    transactionId: transactionId(sequence),
    customerId: `c${sequence % 5000}`,
    merchantId: `m${sequence % 70}`,
    amountMinor: decimalToMinor(String(sequence % 10_000), currency) ?? 0n,
    currency,
    eventTimeMs: dayStartMs + (sequence - 1) * stepMs,
  };
}

const seconds = (ms: number): string => new Date(ms).toISOString();

/** What arrives after the loaded day, and what the app's cycle is told of it. */
export class Day {
  intents: number;
  rawRows: number;
  readonly #gateway: Gateway;
  readonly #dataset: string;
  readonly #loaded: number;
  #batchId: number;
  #offset: number;

  constructor(gateway: Gateway, { dataset, loaded }: { readonly dataset: string; readonly loaded: number }) {
    this.#gateway = gateway;
    this.#dataset = dataset;
    this.#loaded = loaded;
    this.intents = loaded;
    this.rawRows = loaded;
    this.#batchId = loaded / batchPayments - 1;
    this.#offset = loaded;
  }

  /** A micro-batch of new payments, every hundredth of them twice. */
  async add(count: number): Promise<void> {
    const first = this.intents + 1;
    const sequences = Array.from({ length: count }, (_, index) => first + index);
    this.intents += count;
    this.#batchId += 1;
    await this.#insert([...sequences, ...sequences.filter((sequence) => sequence % everyNthIsCopied === 0)]);
  }

  /** One more copy of a payment of the loaded day, in the last batch but with an offset of its own. */
  async addOldCopy(): Promise<void> {
    const sequence = 1 + Math.floor(Math.random() * this.#loaded);
    await this.#insert([sequence]);
  }

  /** Rows that come again under a batch of the middle of the day, as an insert that is repeated late would. */
  async addUnderOldBatch(): Promise<void> {
    const middle = Math.floor(this.#loaded / 2);
    const batchId = Math.floor(middle / batchPayments);
    const sequences = Array.from({ length: batchPayments }, (_, index) => batchId * batchPayments + index + 1);
    await this.#gateway.insert(
      "payments_raw",
      sequences.map((sequence) => ({
        insertId: `again-${sequence}`,
        json: { ...this.#row(sequence, sequence - 1, batchId), ingest_id: `again-${sequence}` },
      })),
    );
    this.rawRows += sequences.length;
    this.#again += sequences.length;
  }

  /** Takes booked rows away behind the app's back; returns how many. The cycle finds their raw rows and books them again. */
  async removeByHand(): Promise<number> {
    const sequence = Math.floor(this.#loaded / 4);
    const ids = [1, 2, 3].map((step) => `'${transactionId(sequence + step)}'`);
    const text = `DELETE FROM ${this.#dataset}.payments WHERE transaction_id IN (${ids.join(", ")})`;
    await this.#gateway.change({ name: "delete by hand", purpose: "", text });
    return ids.length;
  }

  /** Rows at a position that has one already. */
  #again = 0;

  somePayment(): string {
    return transactionId(1 + Math.floor(this.#loaded / 3));
  }

  input(): CycleInput {
    const { intents } = this;
    return {
      committed: {
        checkpointId,
        batchId: this.#batchId,
        keptCount: this.rawRows - this.#again,
        refusedForGood: 0,
      },
      intentsSince: (sequence, limit) =>
        Array.from({ length: Math.max(0, Math.min(limit, intents - sequence)) }, (_, index) =>
          intentOf(sequence + index + 1),
        ),
      lastIntentSequence: intents,
      settledSequenceAfterMerge: () => intents,
      mergeOn: true,
      layerDown: null,
    };
  }

  async #insert(sequences: readonly number[]): Promise<void> {
    const rows = sequences.map((sequence) => {
      const json = this.#row(sequence, this.#offset, this.#batchId);
      this.#offset += 1;
      return { insertId: json.ingest_id, json };
    });
    await this.#gateway.insert("payments_raw", rows);
    this.rawRows += rows.length;
  }

  #row(sequence: number, position: number, batchId: number) {
    const intent = intentOf(sequence);
    return {
      topic,
      partition_no: position % partitions,
      offset_no: Math.floor(position / partitions),
      checkpoint_id: checkpointId,
      batch_id: batchId,
      ingest_id: `i-${position}`,
      transaction_id: intent.transactionId,
      customer_id: intent.customerId,
      merchant_id: intent.merchantId,
      amount: String(sequence % 10_000),
      currency: intent.currency,
      event_time: seconds(intent.eventTimeMs),
      ingested_at: seconds(intent.eventTimeMs + 1000),
      send_id: `s-${position}`,
    };
  }
}
