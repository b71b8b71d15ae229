-- Answers: nothing; keeps the copies of payments booked more than once in the windows that are being closed.
-- Parameters: none.
-- Cost: the open windows' rows.
INSERT INTO {dataset}.reconciliation_closed_copies
  (window_start, transaction_id, currency, customer_id, amount, partition_no, offset_no, ingest_id, copy_no)
SELECT
  c.window_start,
  c.transaction_id,
  c.currency,
  c.customer_id,
  c.amount,
  c.partition_no,
  c.offset_no,
  c.ingest_id,
  c.copy_no
FROM {dataset}.charged_copies AS c
WHERE NOT c.closed
  AND c.window_start IN (SELECT k.window_start FROM {dataset}.reconciliation_closed AS k)
