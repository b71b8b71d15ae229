import { createHash } from "node:crypto";
import type { DeadLetterRow, DedupDecisionRow, LatePaymentRow, PaymentsRawRow } from "#server/shared/warehouse-rows.ts";
import type { PaymentRow, RawRecord, UnusableRow } from "../engine/records.ts";
import type { Position } from "../state/state-store.ts";
import { consumerLimits } from "../limits.ts";
import { minorToDecimal } from "#contract/money.ts";

/** What all rows of a micro-batch share. */
export interface RowOrigin {
  readonly topic: string;
  readonly checkpointId: string;
  readonly batchId: number;
  readonly ingestedAt: string;
}

/** `topic-partition-offset`, the insertId of the field's connectors. */
export function positionName(topic: string, { partition, offset }: Position): string {
  return `${topic}-${partition}-${offset}`;
}

function place(origin: RowOrigin, row: RawRecord) {
  return {
    topic: origin.topic,
    partition_no: row.partition,
    offset_no: row.offset,
    checkpoint_id: origin.checkpointId,
    batch_id: origin.batchId,
    ingested_at: origin.ingestedAt,
  };
}

function payment(row: PaymentRow) {
  return {
    transaction_id: row.transactionId,
    customer_id: row.customerId,
    merchant_id: row.merchantId,
    amount: row.amount,
    currency: row.currency,
    event_time: row.eventTime,
  };
}

export function paymentsRawRow(origin: RowOrigin, row: PaymentRow, ingestId: string): PaymentsRawRow {
  return { ...place(origin, row), ingest_id: ingestId, ...payment(row), send_id: row.sendId };
}

export function latePaymentRow(origin: RowOrigin, row: PaymentRow, watermarkMs: number): LatePaymentRow {
  return { ...place(origin, row), ...payment(row), watermark: new Date(watermarkMs).toISOString() };
}

export function deadLetterRow(origin: RowOrigin, row: UnusableRow): DeadLetterRow {
  const value = row.value ?? Buffer.alloc(0);
  const cut = value.length > consumerLimits.deadLetterBytesMax;
  return {
    ...place(origin, row),
    reason: cut ? `${row.reason} (${value.length} bytes, the first ones kept)` : row.reason,
    transaction_id: row.transactionId,
    raw: value.subarray(0, consumerLimits.deadLetterBytesMax).toString("base64"),
  };
}

export interface Duplicate {
  readonly row: PaymentRow;
  /** Where the kept record stands; null where the engine does not say (Spark). */
  readonly first: Position | null;
  /** W(k−1). */
  readonly watermarkMs: number;
}

export function decisionRow(origin: RowOrigin, { row, first, watermarkMs }: Duplicate): DedupDecisionRow {
  const at = positionName(origin.topic, row);
  const firstSeen = first === null ? null : positionName(origin.topic, first);
  const watermark = new Date(watermarkMs).toISOString();
  return {
    decision_id: createHash("sha256").update(`consumer ${at} `).digest("hex"),
    transaction_id: row.transactionId,
    layer: "consumer",
    decision: "absorbed",
    reason: `same transaction id as ${firstSeen ?? "an earlier record"}, which is within the watermark ${watermark}`,
    topic: origin.topic,
    partition_no: row.partition,
    offset_no: row.offset,
    attempt_id: null,
    first_seen: firstSeen,
    amount: minorToDecimal(BigInt(row.amountMinor), row.currency),
    currency: row.currency,
    decided_at: origin.ingestedAt,
  };
}
