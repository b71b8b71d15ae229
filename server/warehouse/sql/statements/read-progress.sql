-- Answers: how far had the app come before it was stopped?
-- Parameters: none.
-- Cost: one row.
SELECT cycle, intents_watermark, settled_sequence, checkpoint_id, merged_batch_id
FROM {dataset}.reconciliation_progress
