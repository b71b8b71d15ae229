import { decimalToMinor, type Currency } from "#contract/money.ts";
import type { DeadLetterRow, LatePaymentRow, PaymentsRawRow } from "../../shared/warehouse-rows.ts";
import type { Committed, Intent } from "../types.ts";

/**
 * Twelve payments whose totals were worked out with pencil and paper; used by tests only. Windows of ten seconds:
 * payments 1–4, 5–8 and 9–12. Payments 1–8 are settled.
 *
 * | # | meant | what happened |
 * |---|---|---|
 * | 1 | USD 10.00 | booked |
 * | 2 | USD 20.50 | two records |
 * | 3 | EUR 5.05 | two records, one of them inserted twice |
 * | 4 | JPY 500 | came too late |
 * | 5 | USD 7.00 | its record could not be read |
 * | 6 | USD 8.00 | missing |
 * | 7 | USD 9.99 | booked with 9.90 |
 * | 8 | USD 11.00 | booked in EUR: missing here, unexpected there |
 * | 9 | EUR 3.00 | on its way |
 * | 10 | JPY 700 | booked, not settled |
 * | 11 | USD 1.00 | booked, and a late copy |
 * | 12 | USD 2.00 | two records, of the same customer as payment 2 |
 * | – | – | USD 99.99 booked that nobody made |
 */
export const startMs = Date.parse("2026-01-01T00:00:00Z");
export const settledSequence = 8;
export const checkpointId = "checkpoint-a";

export function transactionId(sequence: number): string {
  return `0190a000-0000-7000-8000-${String(sequence).padStart(12, "0")}`;
}

const meant: readonly (readonly [amount: string, currency: Currency, customer: string])[] = [
  ["10.00", "USD", "c1"],
  ["20.50", "USD", "c2"],
  ["5.05", "EUR", "c3"],
  ["500", "JPY", "c1"],
  ["7.00", "USD", "c4"],
  ["8.00", "USD", "c5"],
  ["9.99", "USD", "c6"],
  ["11.00", "USD", "c7"],
  ["3.00", "EUR", "c8"],
  ["700", "JPY", "c9"],
  ["1.00", "USD", "c10"],
  ["2.00", "USD", "c2"],
];

export const intents: readonly Intent[] = meant.map(([amount, currency, customerId], index) => ({
  sequence: index + 1,
  transactionId: transactionId(index + 1),
  customerId,
  merchantId: "m1",
  amountMinor: decimalToMinor(amount, currency) ?? 0n,
  currency,
  eventTimeMs: startMs + Math.floor(index / 4) * 10_000 + (index % 4) * 1_000,
}));

export function intentsSince(sequence: number, limit: number): readonly Intent[] {
  return intents.filter((intent) => intent.sequence > sequence).slice(0, limit);
}

type RawChange = Partial<PaymentsRawRow>;

/** A row of payments_raw for payment `sequence` at `offset` of partition 0, as the consumer writes it. */
export function rawRow(sequence: number, offset: number, change: RawChange = {}): PaymentsRawRow {
  const [amount, currency, customerId] = meant[sequence - 1] ?? ["99.99", "USD", "c99"];
  const eventTimeMs = intents[sequence - 1]?.eventTimeMs ?? startMs;
  return {
    topic: "payments",
    partition_no: 0,
    offset_no: offset,
    checkpoint_id: checkpointId,
    batch_id: 0,
    ingest_id: `i-${offset}`,
    transaction_id: transactionId(sequence),
    customer_id: customerId,
    merchant_id: "m1",
    amount,
    currency,
    event_time: new Date(eventTimeMs).toISOString(),
    ingested_at: new Date(startMs + 60_000).toISOString(),
    send_id: `s-${offset}`,
    ...change,
  };
}

/** Thirteen rows at twelve positions, all of batch 0. */
export const rawRows: readonly PaymentsRawRow[] = [
  rawRow(1, 0),
  rawRow(2, 1),
  rawRow(2, 2),
  rawRow(3, 3),
  rawRow(3, 4),
  rawRow(3, 4, { ingest_id: "i-4-again" }),
  rawRow(7, 5, { amount: "9.90" }),
  rawRow(8, 6, { currency: "EUR" }),
  rawRow(10, 7),
  rawRow(11, 8),
  rawRow(12, 9),
  rawRow(12, 10),
  rawRow(77, 11),
];
export const committed: Committed = { checkpointId, batchId: 0, keptCount: 12, refusedForGood: 0 };

export function lateRow(sequence: number, offset: number): LatePaymentRow {
  const { ingest_id: _ingest, send_id: _send, ...row } = rawRow(sequence, offset);
  return { ...row, watermark: new Date(startMs + 120_000).toISOString() };
}
export const lateRows: readonly LatePaymentRow[] = [lateRow(4, 12), lateRow(11, 13)];

export const deadLetters: readonly DeadLetterRow[] = [
  {
    topic: "payments",
    partition_no: 0,
    offset_no: 14,
    checkpoint_id: checkpointId,
    batch_id: 0,
    reason: "amount is not a decimal",
    transaction_id: transactionId(5),
    raw: "e30=",
    ingested_at: new Date(startMs + 60_000).toISOString(),
  },
];
