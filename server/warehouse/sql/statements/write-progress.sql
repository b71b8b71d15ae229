-- Answers: nothing; writes the one row that the views read their positions from.
-- Parameters: @lane, @cycle, @intentsWatermark, @settledSequence, @checkpointId, @mergedBatchId, @updatedAt.
-- Cost: one row.
MERGE INTO {dataset}.reconciliation_progress AS t
USING (SELECT @lane AS lane) AS s
ON t.lane = s.lane
WHEN MATCHED THEN
  UPDATE SET
    cycle = @cycle,
    intents_watermark = @intentsWatermark,
    settled_sequence = @settledSequence,
    checkpoint_id = @checkpointId,
    merged_batch_id = @mergedBatchId,
    updated_at = @updatedAt
WHEN NOT MATCHED THEN
  INSERT (lane, cycle, intents_watermark, settled_sequence, checkpoint_id, merged_batch_id, updated_at)
  VALUES (@lane, @cycle, @intentsWatermark, @settledSequence, @checkpointId, @mergedBatchId, @updatedAt)
