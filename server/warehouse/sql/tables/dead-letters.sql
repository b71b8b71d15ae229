-- Answers: which records could not be used, why, and what were their bytes? Streamed by the consumer; `raw` is base64.
-- Parameters: none.
-- Cost: a statement of definition, free.
CREATE TABLE IF NOT EXISTS {dataset}.dead_letters (
  topic STRING NOT NULL,
  partition_no INT64 NOT NULL,
  offset_no INT64 NOT NULL,
  checkpoint_id STRING NOT NULL,
  batch_id INT64 NOT NULL,
  reason STRING NOT NULL,
  transaction_id STRING,
  raw STRING NOT NULL,
  ingested_at TIMESTAMP NOT NULL
)
PARTITION BY DATE(ingested_at)
CLUSTER BY transaction_id
