-- Answers: which payments came too late and are booked by nobody? The newest first.
-- Parameters: @rowsMax: how many rows at most.
-- Cost: all of late_payments, which is small, and the transaction ids of payments.
SELECT
  l.transaction_id,
  l.customer_id,
  l.amount,
  l.currency,
  l.event_time,
  l.watermark,
  l.partition_no,
  l.offset_no
FROM {dataset}.late_payments AS l
LEFT JOIN {dataset}.payments AS p ON p.transaction_id = l.transaction_id
WHERE p.transaction_id IS NULL
QUALIFY ROW_NUMBER() OVER (PARTITION BY l.transaction_id ORDER BY l.partition_no, l.offset_no, l.ingested_at) = 1
ORDER BY l.event_time DESC, l.transaction_id
LIMIT @rowsMax
