-- Answers: how did the verdicts change? One row per change; window_start is NULL for the verdict of the whole lane.
-- Parameters: none.
-- Cost: a statement of definition, free.
CREATE TABLE IF NOT EXISTS {dataset}.reconciliation_runs (
  cycle INT64 NOT NULL,
  judged_at TIMESTAMP NOT NULL,
  window_start TIMESTAMP,
  verdict STRING NOT NULL,
  wrong INT64 NOT NULL,
  settled_until TIMESTAMP,
  waiting_for STRING,
  reasons STRING,
  intents_watermark INT64 NOT NULL,
  settled_sequence INT64 NOT NULL,
  batch_id INT64 NOT NULL
)
PARTITION BY DATE(judged_at)
