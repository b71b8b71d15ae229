-- Answers: how was one payment booked?
-- Parameters: @transactionId; @rowsMax: how many rows at most.
-- Cost: the columns named, pruned by clustering where the table is clustered by transaction_id.
SELECT
  t.transaction_id,
  t.customer_id,
  t.amount,
  t.currency,
  t.event_time,
  t.window_start,
  t.topic,
  t.partition_no,
  t.offset_no,
  t.ingest_id,
  t.checkpoint_id,
  t.batch_id,
  t.booked_at,
  t.origin
FROM {dataset}.payments AS t
WHERE t.transaction_id = @transactionId
ORDER BY t.booked_at, t.ingest_id
LIMIT @rowsMax
