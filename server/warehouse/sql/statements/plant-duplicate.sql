-- Answers: nothing; books a remembered payment once more. Once per change.
-- Parameters: @changeId, @bookedAt, @cycle.
-- Cost: the transaction ids of payments.
INSERT INTO {dataset}.payments
  (transaction_id, customer_id, merchant_id, amount, currency, event_time, window_start, topic,
  partition_no, offset_no, ingest_id, checkpoint_id, batch_id, booked_at, booked_cycle, by_merge, origin)
SELECT
  a.transaction_id,
  a.customer_id,
  a.merchant_id,
  a.amount,
  a.currency,
  a.event_time,
  a.window_start,
  CAST(NULL AS STRING),
  CAST(NULL AS INT64),
  CAST(NULL AS INT64),
  CONCAT('planted-', a.change_id),
  CAST(NULL AS STRING),
  CAST(NULL AS INT64),
  @bookedAt,
  @cycle,
  FALSE,
  'planted'
FROM {dataset}.alarm_changes AS a
LEFT JOIN {dataset}.payments AS p
  ON p.transaction_id = a.transaction_id AND p.ingest_id = CONCAT('planted-', a.change_id)
WHERE a.change_id = @changeId AND p.transaction_id IS NULL
