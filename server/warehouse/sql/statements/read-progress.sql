-- Answers: how far had the app come before it was stopped?
-- Parameters: none.
-- Cost: one small row per recent cycle.
SELECT g.cycle, g.intents_watermark, g.settled_sequence, g.checkpoint_id, g.merged_batch_id
FROM {dataset}.reconciliation_progress AS g
ORDER BY g.cycle DESC, g.updated_at DESC
LIMIT 1
