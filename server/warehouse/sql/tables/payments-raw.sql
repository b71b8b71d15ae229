-- Answers: what did the consumer write, and where in the topic does each row stand? Append-only and streamed: its rows
--   cannot be updated, deleted or merged into while they are in the streaming buffer.
-- Parameters: none.
-- Cost: a statement of definition, free.
CREATE TABLE IF NOT EXISTS {dataset}.payments_raw (
  topic STRING NOT NULL,
  partition_no INT64 NOT NULL,
  offset_no INT64 NOT NULL,
  checkpoint_id STRING NOT NULL,
  batch_id INT64 NOT NULL,
  ingest_id STRING NOT NULL,
  transaction_id STRING NOT NULL,
  customer_id STRING NOT NULL,
  merchant_id STRING NOT NULL,
  amount NUMERIC NOT NULL,
  currency STRING NOT NULL,
  event_time TIMESTAMP NOT NULL,
  ingested_at TIMESTAMP NOT NULL,
  send_id STRING NOT NULL
)
PARTITION BY DATE(ingested_at)
CLUSTER BY checkpoint_id, batch_id, transaction_id
