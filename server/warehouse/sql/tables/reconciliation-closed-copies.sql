-- Answers: which payments of closed windows were booked more than once, copy by copy? Columns as in the view
--   `charged_copies`.
-- Parameters: none.
-- Cost: a statement of definition, free.
CREATE TABLE IF NOT EXISTS {dataset}.reconciliation_closed_copies (
  window_start TIMESTAMP NOT NULL,
  transaction_id STRING NOT NULL,
  currency STRING NOT NULL,
  customer_id STRING NOT NULL,
  amount NUMERIC NOT NULL,
  partition_no INT64,
  offset_no INT64,
  ingest_id STRING NOT NULL,
  copy_no INT64 NOT NULL
)
PARTITION BY DATE(window_start)
CLUSTER BY window_start
