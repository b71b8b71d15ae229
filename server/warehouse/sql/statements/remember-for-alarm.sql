-- Answers: nothing; keeps the booked row as it was before the alarm is tried on it. Once per change.
-- Parameters: @changeId, @kind, @transactionId, @madeAt.
-- Cost: the transaction ids of payments.
INSERT INTO {dataset}.alarm_changes
  (change_id, kind, transaction_id, customer_id, merchant_id, amount, currency, event_time, window_start,
  topic, partition_no, offset_no, ingest_id, checkpoint_id, batch_id, by_merge, origin, made_at)
SELECT
  @changeId,
  @kind,
  p.transaction_id,
  p.customer_id,
  p.merchant_id,
  p.amount,
  p.currency,
  p.event_time,
  p.window_start,
  p.topic,
  p.partition_no,
  p.offset_no,
  p.ingest_id,
  p.checkpoint_id,
  p.batch_id,
  p.by_merge,
  p.origin,
  @madeAt
FROM {dataset}.payments AS p
LEFT JOIN {dataset}.alarm_changes AS a ON a.change_id = @changeId
WHERE p.transaction_id = @transactionId AND p.origin = 'pipeline' AND a.change_id IS NULL
QUALIFY ROW_NUMBER() OVER (PARTITION BY p.transaction_id ORDER BY p.offset_no, p.ingest_id) = 1
