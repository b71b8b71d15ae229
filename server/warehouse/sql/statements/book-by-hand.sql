-- Answers: nothing; books a late payment that nobody booked, once: a payment that is booked already is left alone.
-- Parameters: @transactionId, @windowSeconds, @bookedAt, @cycle.
-- Cost: the transaction ids of late_payments, payment_intents and payments.
INSERT INTO {dataset}.payments
  (transaction_id, customer_id, merchant_id, amount, currency, event_time, window_start, topic,
  partition_no, offset_no, ingest_id, checkpoint_id, batch_id, booked_at, booked_cycle, by_merge, origin)
SELECT
  l.transaction_id,
  l.customer_id,
  l.merchant_id,
  l.amount,
  l.currency,
  l.event_time,
  COALESCE(i.window_start, TIMESTAMP_SECONDS(DIV(UNIX_SECONDS(l.event_time), @windowSeconds) * @windowSeconds)),
  l.topic,
  l.partition_no,
  l.offset_no,
  CONCAT('by-hand-', l.transaction_id),
  l.checkpoint_id,
  l.batch_id,
  @bookedAt,
  @cycle,
  FALSE,
  'by-hand'
FROM {dataset}.late_payments AS l
LEFT JOIN {dataset}.payment_intents AS i ON i.transaction_id = l.transaction_id
LEFT JOIN {dataset}.payments AS p ON p.transaction_id = l.transaction_id
WHERE l.transaction_id = @transactionId AND p.transaction_id IS NULL
QUALIFY ROW_NUMBER() OVER (PARTITION BY l.transaction_id ORDER BY l.partition_no, l.offset_no, l.ingested_at) = 1
