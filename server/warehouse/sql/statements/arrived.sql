-- Answers: what is there before the merge? The intents shipped since the watermark (distinct sequences), the rows of
--   some batches and their distinct positions under the present checkpoint.
-- Parameters: @afterSequence, @throughSequence; @checkpointId, @afterBatchId, @batchId.
-- Cost: the newest rows of payment_intents and payments_raw.
SELECT
  (
    SELECT COUNT(DISTINCT i.sequence)
    FROM {dataset}.payment_intents AS i
    WHERE i.sequence > @afterSequence AND i.sequence <= @throughSequence
  ) AS intents,
  COALESCE(SUM(p.copies), 0) AS raw_rows,
  COUNT(*) AS positions
FROM (
  SELECT r.topic, r.partition_no, r.offset_no, COUNT(*) AS copies
  FROM {dataset}.payments_raw AS r
  WHERE r.checkpoint_id = @checkpointId AND r.batch_id > @afterBatchId AND r.batch_id <= @batchId
  GROUP BY r.topic, r.partition_no, r.offset_no
) AS p
