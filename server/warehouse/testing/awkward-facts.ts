import type { Definition } from "../definitions.ts";
import { checkpointId, deadLetters, intents, lateRow, rawRow, startMs, transactionId } from "./hand-computed.ts";
import type { TestLane } from "./test-lane.ts";

/**
 * Facts of every kind that the views must tell apart, each just beside the border of a rule: for tests that break the
 * views. On top of the hand-computed payments: planted and by-hand copies, copies in other partitions and cycles, two
 * currencies, an intent beyond the watermark, closed windows, a window that is open again, rows streamed twice.
 */
interface Booking {
  readonly sequence: number;
  readonly amount: string;
  readonly currency: string;
  readonly window?: number;
  readonly position?: readonly [partition: number, offset: number] | null;
  readonly ingest: string;
  readonly cycle?: number;
  readonly origin?: string;
}

const bookings: readonly Booking[] = [
  { sequence: 1, amount: "10.00", currency: "USD", position: [0, 0], ingest: "i-0" },
  { sequence: 1, amount: "10.01", currency: "USD", position: null, ingest: "planted-1", origin: "planted" },
  { sequence: 2, amount: "20.50", currency: "USD", position: [0, 1], ingest: "i-1" },
  { sequence: 2, amount: "20.50", currency: "USD", position: [0, 2], ingest: "i-2" },
  { sequence: 2, amount: "1.00", currency: "EUR", position: [0, 30], ingest: "i-30" },
  { sequence: 3, amount: "5.05", currency: "EUR", position: [0, 3], ingest: "i-3" },
  { sequence: 3, amount: "5.05", currency: "EUR", position: [0, 4], ingest: "i-4" },
  { sequence: 3, amount: "5.05", currency: "EUR", position: [0, 4], ingest: "i-4-again" },
  { sequence: 3, amount: "5.05", currency: "EUR", position: [0, 4], ingest: "a-4", cycle: 2 },
  { sequence: 7, amount: "9.90", currency: "USD", window: 1, position: [0, 5], ingest: "i-5" },
  { sequence: 8, amount: "11.00", currency: "EUR", window: 1, position: [0, 6], ingest: "i-6" },
  { sequence: 10, amount: "701", currency: "JPY", window: 2, position: [0, 7], ingest: "i-7" },
  { sequence: 11, amount: "1.05", currency: "USD", window: 2, position: null, ingest: "a-planted", origin: "planted" },
  { sequence: 11, amount: "1.00", currency: "USD", window: 2, position: null, ingest: "by-hand", origin: "by-hand" },
  { sequence: 12, amount: "2.00", currency: "USD", window: 2, position: [0, 10], ingest: "i-10" },
  { sequence: 12, amount: "2.00", currency: "USD", window: 2, position: [1, 2], ingest: "i-1-2" },
  { sequence: 13, amount: "4.00", currency: "USD", window: 2, position: [0, 20], ingest: "i-20" },
  { sequence: 77, amount: "99.99", currency: "USD", position: [0, 11], ingest: "i-11" },
  { sequence: 77, amount: "99.99", currency: "USD", position: [0, 12], ingest: "i-12" },
  { sequence: 90, amount: "6.00", currency: "USD", window: -1, position: [0, 13], ingest: "i-13" },
  { sequence: 91, amount: "3.00", currency: "USD", window: -2, position: [0, 14], ingest: "i-14" },
  { sequence: 91, amount: "3.00", currency: "USD", window: -2, position: [0, 15], ingest: "i-15" },
];

function windowStart(window: number): string {
  return new Date(startMs + window * 10_000).toISOString();
}

function bookingValues(booking: Booking): string {
  const { sequence, amount, currency, window = 0, position = null, ingest, cycle = 1, origin = "pipeline" } = booking;
  const [partition, offset] = position ?? ["NULL", "NULL"];
  const at = `TIMESTAMP '${windowStart(window)}'`;
  return `('${transactionId(sequence)}', 'c${sequence % 3}', 'm1', NUMERIC '${amount}', '${currency}', ${at}, ${at}, 'payments',
    ${partition}, ${offset}, '${ingest}', 'checkpoint-a', 0, ${at}, ${cycle}, FALSE, '${origin}')`;
}

function intentJson(sequence: number, window: number, amount: string) {
  const event_time = windowStart(window);
  const ids = { transaction_id: transactionId(sequence), customer_id: `c${sequence % 3}`, merchant_id: "m1" };
  return { ...ids, amount, currency: "USD", event_time, window_start: event_time };
}

/** Puts everything into a lane whose tables are empty. */
export async function addAwkwardFacts(lane: TestLane): Promise<void> {
  await addStreamedRows(lane);
  const changes = [
    `INSERT INTO {dataset}.payments (transaction_id, customer_id, merchant_id, amount, currency, event_time, window_start,
     topic, partition_no, offset_no, ingest_id, checkpoint_id, batch_id, booked_at, booked_cycle, by_merge, origin)
     VALUES ${bookings.map(bookingValues).join(", ")}`,
    `INSERT INTO {dataset}.reconciliation_open (window_start)
     VALUES ${[-1, 0, 1, 2].map((window) => `(TIMESTAMP '${windowStart(window)}')`).join(", ")}`,
    `INSERT INTO {dataset}.reconciliation_progress
     (lane, cycle, intents_watermark, settled_sequence, checkpoint_id, merged_batch_id, updated_at)
     VALUES ('protected', 1, 5, 3, 'checkpoint-a', 0, TIMESTAMP '2026-01-01 00:01:00+00'),
            ('protected', 2, 12, 8, 'checkpoint-a', 0, TIMESTAMP '2026-01-01 00:01:02+00'),
            ('protected', 2, 11, 7, 'checkpoint-a', 0, TIMESTAMP '2026-01-01 00:01:01+00')`,
    closedWindow(-2, { booked: 2, surplus: 1 }),
    closedWindow(-1, { booked: 6, surplus: 5 }),
    `INSERT INTO {dataset}.reconciliation_closed_copies
     (window_start, transaction_id, currency, customer_id, amount, partition_no, offset_no, ingest_id, copy_no)
     VALUES ${[closedCopy(91, -2, 14, 1), closedCopy(91, -2, 15, 2), closedCopy(90, -1, 13, 2)].join(", ")}`,
  ];
  for (const text of changes) await lane.change(text);
}

function closedWindow(
  window: number,
  { booked, surplus }: { readonly booked: number; readonly surplus: number },
): string {
  const zeros = ["unexpected", "mismatched", "late_payments", "dead_lettered_payments", "missing", "pending"];
  const columns = ["intended", "booked", "surplus", ...zeros].flatMap((name) => [name, `${name}_money`]);
  const values = [1, 3, booked, booked * 3, surplus, surplus * 3, ...zeros.flatMap(() => [0, 0])];
  return `INSERT INTO {dataset}.reconciliation_closed (window_start, currency, ${columns.join(", ")}, unsettled, closed_cycle)
    VALUES (TIMESTAMP '${windowStart(window)}', 'USD', ${values.join(", ")}, 0, 1)`;
}

function closedCopy(sequence: number, window: number, offset: number, copyNo: number): string {
  return `(TIMESTAMP '${windowStart(window)}', '${transactionId(sequence)}', 'USD', 'c1', NUMERIC '3.00', 0, ${offset},
    'i-${offset}', ${copyNo})`;
}

async function addStreamedRows(lane: TestLane): Promise<void> {
  const shipped = intents.map(({ sequence, amountMinor, currency, eventTimeMs, customerId }) => ({
    ...intentJson(sequence, Math.floor((eventTimeMs - startMs) / 10_000), "0"),
    sequence,
    customer_id: customerId,
    amount: currency === "JPY" ? String(amountMinor) : String(Number(amountMinor) / 100),
    currency,
  }));
  const [, second] = shipped;
  const beyond = { ...intentJson(13, 2, "4.00"), sequence: 13 };
  const closed = { ...intentJson(91, -2, "3.00"), sequence: -1 };
  const openAgain = { ...intentJson(90, -1, "6.00"), sequence: 0 };
  await lane.insert("payment_intents", [...shipped, ...(second ? [second] : []), beyond, closed, openAgain]);
  const { watermark: _watermark, ...late } = lateRow(4, 12);
  await lane.addLate([lateRow(4, 12), lateRow(4, 12), lateRow(4, 33), lateRow(9, 13), lateRow(11, 14)]);
  const [dead] = deadLetters;
  if (dead === undefined) throw new Error("expected a dead letter");
  const unreadable = { ...dead, transaction_id: null, offset_no: 40 };
  await lane.addDead([dead, dead, unreadable, { ...dead, transaction_id: late.transaction_id, offset_no: 41 }]);
  await lane.addRaw([
    rawRow(1, 0),
    rawRow(2, 1),
    rawRow(2, 1, { ingest_id: "i-1-again" }),
    rawRow(1, 1, { partition_no: 1, ingest_id: "i-1-1" }),
    rawRow(12, 9, { checkpoint_id: `${checkpointId}-2` }),
    rawRow(12, 9, { ingest_id: "i-9-again" }),
  ]);
  const decision = {
    decision: "absorbed",
    reason: "seen before",
    topic: "payments",
    partition_no: 0,
    decided_at: new Date(startMs).toISOString(),
  };
  const consumer = {
    ...decision,
    decision_id: "d-1",
    layer: "consumer",
    offset_no: 2,
    amount: "20.50",
    currency: "USD",
  };
  const broker = { ...decision, decision_id: "d-2", layer: "broker", offset_no: 1, amount: null, currency: null };
  await lane.insert("dedup_decisions", [consumer, consumer, broker, { ...consumer, decision_id: "d-3", offset_no: 3 }]);
}

/** Everything that the views say about the facts, in a fixed order. */
export async function viewAnswers(lane: TestLane, views: readonly Definition[]): Promise<string> {
  const answers: unknown[] = [];
  for (const { name } of views) {
    const rows = await lane.sql(`SELECT * FROM {dataset}.${name}`);
    answers.push([name, rows.map((row) => JSON.stringify(row)).toSorted((left, right) => left.localeCompare(right))]);
  }
  return JSON.stringify(answers);
}
