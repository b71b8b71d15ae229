-- Answers: which records came after the watermark had passed their event time? Streamed by the consumer.
-- Parameters: none.
-- Cost: a statement of definition, free.
CREATE TABLE IF NOT EXISTS {dataset}.late_payments (
  topic STRING NOT NULL,
  partition_no INT64 NOT NULL,
  offset_no INT64 NOT NULL,
  checkpoint_id STRING NOT NULL,
  batch_id INT64 NOT NULL,
  transaction_id STRING NOT NULL,
  customer_id STRING NOT NULL,
  merchant_id STRING NOT NULL,
  amount NUMERIC NOT NULL,
  currency STRING NOT NULL,
  event_time TIMESTAMP NOT NULL,
  watermark TIMESTAMP NOT NULL,
  ingested_at TIMESTAMP NOT NULL
)
PARTITION BY DATE(ingested_at)
CLUSTER BY transaction_id
