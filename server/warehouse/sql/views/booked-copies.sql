-- Answers: which copy of its payment is each booked row of the open windows? The first is the one that the pipeline
--   booked at the earliest position; what was booked by hand or planted comes after it.
-- Parameters: none (the open windows are in reconciliation_open).
-- Cost: the open windows' rows of payments.
CREATE OR REPLACE VIEW {dataset}.booked_copies AS
SELECT
  p.window_start,
  p.transaction_id,
  p.currency,
  p.customer_id,
  p.amount,
  p.partition_no,
  p.offset_no,
  p.ingest_id,
  ROW_NUMBER() OVER (
    PARTITION BY p.transaction_id, p.currency
    ORDER BY
      CASE p.origin WHEN 'pipeline' THEN 0 WHEN 'by-hand' THEN 1 ELSE 2 END,
      p.partition_no,
      p.offset_no,
      p.booked_cycle,
      p.ingest_id
  ) AS copy_no
FROM {dataset}.payments AS p
WHERE p.window_start IN (SELECT o.window_start FROM {dataset}.reconciliation_open AS o)
