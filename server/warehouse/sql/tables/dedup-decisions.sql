-- Answers: which copies were absorbed, by which layer, and where is the one that was kept? The consumer and the app
--   stream rows in, the merge inserts its own (with ingest_id and decided_cycle). Readers make it unique by
--   decision_id.
-- Parameters: none.
-- Cost: a statement of definition, free.
CREATE TABLE IF NOT EXISTS {dataset}.dedup_decisions (
  decision_id STRING NOT NULL,
  transaction_id STRING,
  layer STRING NOT NULL,
  decision STRING NOT NULL,
  reason STRING NOT NULL,
  topic STRING NOT NULL,
  partition_no INT64 NOT NULL,
  offset_no INT64 NOT NULL,
  attempt_id INT64,
  first_seen STRING,
  amount NUMERIC,
  currency STRING,
  decided_at TIMESTAMP NOT NULL,
  ingest_id STRING,
  decided_cycle INT64
)
PARTITION BY DATE(decided_at)
CLUSTER BY layer, transaction_id
