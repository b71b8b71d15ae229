-- Answers: nothing; writes the row that the views read their positions from. The one with the highest cycle holds.
-- Parameters: @lane, @cycle, @intentsWatermark, @settledSequence, @checkpointId, @mergedBatchId, @updatedAt.
-- Cost: one row.
INSERT INTO {dataset}.reconciliation_progress
  (lane, cycle, intents_watermark, settled_sequence, checkpoint_id, merged_batch_id, updated_at)
VALUES (@lane, @cycle, @intentsWatermark, @settledSequence, @checkpointId, @mergedBatchId, @updatedAt)
