-- Answers: which rows of payments_raw is the merge shown? Those of the present checkpoint in (afterBatchId, batchId], and
--   with @everyCheckpoint those of all others, in a part of the topic. Part of book.sql, merge.sql and decide.sql.
-- Parameters: @checkpointId, @afterBatchId, @batchId, @everyCheckpoint; @firstPartition, @lastPartition, @firstOffset,
--   @lastOffset.
-- Cost: the rows themselves.
SELECT r.*
FROM {dataset}.payments_raw AS r
WHERE r.batch_id > @afterBatchId
  AND ((r.checkpoint_id = @checkpointId AND r.batch_id <= @batchId)
    OR (@everyCheckpoint AND r.checkpoint_id <> @checkpointId))
  AND r.partition_no >= @firstPartition
  AND r.partition_no <= @lastPartition
  AND r.offset_no >= @firstOffset
  AND r.offset_no <= @lastOffset
