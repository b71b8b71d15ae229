-- Answers: what do the distinct positions add up to that some batches of the present checkpoint wrote?
-- Parameters: @firstBatchId, @lastBatchId: the block, both included; @checkpointId, @batchId: the position.
-- Cost: the block's rows of payments_raw. Only where a position has several rows.
SELECT 'positions' AS name, u.currency, COUNT(*) AS records, SUM(u.amount) AS money
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
