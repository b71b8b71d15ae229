-- Answers: how far has the app come? The row with the highest cycle holds. Views take no parameters, so this is
--   where they learn what is settled: nothing beyond intents_watermark is judged, nothing beyond settled_sequence is
--   missing.
-- Parameters: none.
-- Cost: a statement of definition, free.
CREATE TABLE IF NOT EXISTS {dataset}.reconciliation_progress (
  lane STRING NOT NULL,
  cycle INT64 NOT NULL,
  intents_watermark INT64 NOT NULL,
  settled_sequence INT64 NOT NULL,
  checkpoint_id STRING NOT NULL,
  merged_batch_id INT64 NOT NULL,
  updated_at TIMESTAMP NOT NULL
)
