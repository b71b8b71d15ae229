-- Answers: what was charged? One row per transaction while merge is on, one per row of payments_raw while it is off.
--   Written by query jobs only, so its rows can always be changed. window_start is the window of the payment's intent
--   (of its own event time where there is no intent): a copy with a new event time is judged with its payment.
-- Parameters: none.
-- Cost: a statement of definition, free.
CREATE TABLE IF NOT EXISTS {dataset}.payments (
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
  booked_at TIMESTAMP NOT NULL,
  booked_cycle INT64 NOT NULL,
  by_merge BOOL NOT NULL,
  origin STRING NOT NULL
)
PARTITION BY DATE(window_start)
CLUSTER BY window_start, transaction_id
