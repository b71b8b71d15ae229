-- Answers: what do the rows of some batches add up to, up to a position? `present` are those of the present checkpoint,
--   `earlier` those of all others; `repeated` says how many of the present ones stand at a position that has one
--   already: where it is 0, what the positions add up to is `present`.
-- Parameters: @firstBatchId, @lastBatchId: the block, both included; @checkpointId, @batchId: the position.
-- Cost: the block's rows of payments_raw.
SELECT
  IF(r.checkpoint_id = @checkpointId, 'present', 'earlier') AS name,
  r.currency,
  COUNT(*) AS records,
  SUM(r.amount) AS money
FROM {dataset}.payments_raw AS r
WHERE r.batch_id >= @firstBatchId
  AND r.batch_id <= @lastBatchId
  AND (r.checkpoint_id <> @checkpointId OR r.batch_id <= @batchId)
GROUP BY 1, r.currency
UNION ALL
SELECT 'repeated', CAST(NULL AS STRING), COALESCE(SUM(p.row_count - 1), 0), CAST(NULL AS NUMERIC)
FROM (
  SELECT COUNT(*) AS row_count
  FROM {dataset}.payments_raw AS r
  WHERE r.batch_id >= @firstBatchId
    AND r.batch_id <= @lastBatchId
    AND r.checkpoint_id = @checkpointId
    AND r.batch_id <= @batchId
  GROUP BY r.topic, r.partition_no, r.offset_no
) AS p
