-- Answers: what is there before the merge? The intents shipped since the watermark (distinct sequences), the rows of
--   the merge's window and their distinct positions under the present checkpoint.
-- Parameters: @afterSequence, @throughSequence; @checkpointId, @afterBatchId, @batchId.
-- Cost: the newest rows of payment_intents and payments_raw.
SELECT
  (
    SELECT COUNT(DISTINCT i.sequence)
    FROM {dataset}.payment_intents AS i
    WHERE i.sequence > @afterSequence AND i.sequence <= @throughSequence
  ) AS intents,
  COUNT(*) AS raw_rows,
  COUNT(DISTINCT CONCAT(r.topic, '-', CAST(r.partition_no AS STRING), '-', CAST(r.offset_no AS STRING))) AS positions
FROM {dataset}.payments_raw AS r
WHERE r.checkpoint_id = @checkpointId AND r.batch_id > @afterBatchId AND r.batch_id <= @batchId
