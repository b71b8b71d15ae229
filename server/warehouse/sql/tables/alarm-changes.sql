-- Answers: what was done to `payments` by hand to test the alarm, and what was there before?
-- Parameters: none.
-- Cost: a statement of definition, free.
CREATE TABLE IF NOT EXISTS {dataset}.alarm_changes (
  change_id STRING NOT NULL,
  kind STRING NOT NULL,
  transaction_id STRING NOT NULL,
  customer_id STRING NOT NULL,
  merchant_id STRING NOT NULL,
  amount NUMERIC NOT NULL,
  currency STRING NOT NULL,
  event_time TIMESTAMP NOT NULL,
  window_start TIMESTAMP NOT NULL,
  topic STRING,
  partition_no INT64,
  offset_no INT64,
  ingest_id STRING NOT NULL,
  checkpoint_id STRING,
  batch_id INT64,
  by_merge BOOL NOT NULL,
  origin STRING NOT NULL,
  made_at TIMESTAMP NOT NULL
)
