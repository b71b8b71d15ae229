-- Answers: where does every copy of a payment that was booked more than once stand? copy_no 1 is the one that was
--   meant. Payments without an intent are not here: they are unexpected, not charged twice.
-- Parameters: none.
-- Cost: that of judged_payments and booked_copies, and one small row per copy in a closed window.
CREATE OR REPLACE VIEW {dataset}.charged_copies AS
SELECT
  FALSE AS closed,
  b.window_start,
  b.transaction_id,
  b.currency,
  b.customer_id,
  b.amount,
  b.partition_no,
  b.offset_no,
  b.ingest_id,
  b.copy_no
FROM {dataset}.booked_copies AS b
JOIN {dataset}.judged_payments AS j ON j.transaction_id = b.transaction_id AND j.currency = b.currency
WHERE j.state = 'booked' AND j.copies > 1
UNION ALL
SELECT
  TRUE AS closed,
  k.window_start,
  k.transaction_id,
  k.currency,
  k.customer_id,
  k.amount,
  k.partition_no,
  k.offset_no,
  k.ingest_id,
  k.copy_no
FROM {dataset}.reconciliation_closed_copies AS k
WHERE k.window_start NOT IN (SELECT o.window_start FROM {dataset}.reconciliation_open AS o)
