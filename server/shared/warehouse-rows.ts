/**
 * Rows that the consumers and the app stream into a lane's dataset; the table definitions in
 * `server/warehouse/sql` have the same columns. Amounts are decimal strings (NUMERIC), times ISO 8601 (TIMESTAMP).
 */
export interface PaymentsRawRow {
  readonly topic: string;
  readonly partition_no: number;
  readonly offset_no: number;
  /** Which micro-batch wrote it, under which checkpoint: batch ids start again when a checkpoint is lost. */
  readonly checkpoint_id: string;
  readonly batch_id: number;
  /** Unique per row of every insert call: two inserts of one position are two charges where nothing merges. */
  readonly ingest_id: string;
  readonly transaction_id: string;
  readonly customer_id: string;
  readonly merchant_id: string;
  readonly amount: string;
  readonly currency: string;
  readonly event_time: string;
  readonly ingested_at: string;
  /** From the record's headers: which send stored it. */
  readonly send_id: string;
}

export interface LatePaymentRow {
  readonly topic: string;
  readonly partition_no: number;
  readonly offset_no: number;
  readonly checkpoint_id: string;
  readonly batch_id: number;
  readonly transaction_id: string;
  readonly customer_id: string;
  readonly merchant_id: string;
  readonly amount: string;
  readonly currency: string;
  readonly event_time: string;
  /** The watermark that it missed. */
  readonly watermark: string;
  readonly ingested_at: string;
}

export interface DeadLetterRow {
  readonly topic: string;
  readonly partition_no: number;
  readonly offset_no: number;
  readonly checkpoint_id: string;
  readonly batch_id: number;
  readonly reason: string;
  /** Where the record could be read that far; null otherwise. */
  readonly transaction_id: string | null;
  /** Base64 of the record's value. */
  readonly raw: string;
  readonly ingested_at: string;
}

export type DecisionLayer = "broker" | "consumer" | "insert-id" | "merge";

/** One absorbed copy. */
export interface DedupDecisionRow {
  /** SHA-256 of layer, topic, partition, offset and attempt id, so that a repeated insert can be recognised. */
  readonly decision_id: string;
  readonly transaction_id: string | null;
  readonly layer: DecisionLayer;
  readonly decision: "absorbed";
  readonly reason: string;
  readonly topic: string;
  readonly partition_no: number;
  readonly offset_no: number;
  readonly attempt_id: number | null;
  /** Where the copy that was kept stands, as far as the layer knows it. */
  readonly first_seen: string | null;
  readonly amount: string | null;
  readonly currency: string | null;
  readonly decided_at: string;
}
