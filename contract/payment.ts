/**
 * A payment on the wire: the JSON value of a Kafka record. The key is the transaction id, the partition is given by
 * the batch plan, the record's timestamp is the event time. The same bytes go out on every retry and re-send.
 */
export interface PaymentRecord {
  readonly transaction_id: string;
  readonly customer_id: string;
  readonly merchant_id: string;
  /** Decimal string with the currency's number of decimals. */
  readonly amount: string;
  readonly currency: string;
  /** ISO 8601, UTC, milliseconds: the moment the payment was made, stamped once. */
  readonly event_time: string;
}

/** Record headers: which send of the producer, and which planned batch, a stored record came from. */
export const headerNames = { sendId: "send-id", batchId: "batch-id" } as const;
