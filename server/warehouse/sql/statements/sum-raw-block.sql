-- Answers: what do the rows of some batches add up to, up to a position? Terms as in totals, all checkpoints together;
--   positions are those of the present checkpoint.
-- Parameters: @firstBatchId, @lastBatchId: the block, both included; @checkpointId, @batchId: the position (none of the
--   rows is mergeable while @checkpointId is '').
-- Cost: the block's rows of payments_raw.
SELECT 'mergeable' AS name, r.currency, COUNT(*) AS records, SUM(r.amount) AS money
FROM {dataset}.payments_raw AS r
WHERE r.batch_id >= @firstBatchId
  AND r.batch_id <= @lastBatchId
  AND @checkpointId <> ''
  AND (r.checkpoint_id <> @checkpointId OR r.batch_id <= @batchId)
GROUP BY r.currency
UNION ALL
SELECT 'positions', u.currency, COUNT(*), SUM(u.amount)
FROM (
  SELECT MIN(r.currency) AS currency, MIN(r.amount) AS amount
  FROM {dataset}.payments_raw AS r
  WHERE r.batch_id >= @firstBatchId
    AND r.batch_id <= @lastBatchId
    AND r.checkpoint_id = @checkpointId
    AND r.batch_id <= @batchId
  GROUP BY r.topic, r.partition_no, r.offset_no
) AS u
GROUP BY u.currency
