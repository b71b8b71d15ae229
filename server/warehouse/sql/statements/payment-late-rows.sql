-- Answers: which records of one payment came too late?
-- Parameters: @transactionId; @rowsMax: how many rows at most.
-- Cost: the columns named, pruned by clustering where the table is clustered by transaction_id.
SELECT
  t.topic,
  t.partition_no,
  t.offset_no,
  t.checkpoint_id,
  t.batch_id,
  t.transaction_id,
  t.amount,
  t.currency,
  t.event_time,
  t.watermark,
  t.ingested_at
FROM {dataset}.late_payments AS t
WHERE t.transaction_id = @transactionId
ORDER BY t.partition_no, t.offset_no, t.ingested_at
LIMIT @rowsMax
