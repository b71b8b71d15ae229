-- Answers: how often were rows of some micro-batches stored and booked once more? A position counts beyond the first
--   row; where another checkpoint had written it before, every row counts.
-- Parameters: @checkpointId, @fromBatchId, @toBatchId.
-- Cost: the positions in payments_raw and payments. Asked a few times per fault, never by the cycle.
WITH stored AS (
  SELECT
    r.topic,
    r.partition_no,
    r.offset_no,
    COUNTIF(r.checkpoint_id = @checkpointId AND r.batch_id >= @fromBatchId AND r.batch_id <= @toBatchId) AS fresh,
    COUNTIF(r.checkpoint_id <> @checkpointId) AS earlier
  FROM {dataset}.payments_raw AS r
  GROUP BY r.topic, r.partition_no, r.offset_no
),
booked AS (
  SELECT
    p.topic,
    p.partition_no,
    p.offset_no,
    COUNTIF(p.checkpoint_id = @checkpointId AND p.batch_id >= @fromBatchId AND p.batch_id <= @toBatchId) AS fresh,
    COUNTIF(p.checkpoint_id <> @checkpointId) AS earlier
  FROM {dataset}.payments AS p
  WHERE p.origin = 'pipeline'
  GROUP BY p.topic, p.partition_no, p.offset_no
)
SELECT
  (SELECT COALESCE(SUM(IF(s.earlier > 0, s.fresh, s.fresh - 1)), 0) FROM stored AS s WHERE s.fresh > 0) AS stored_again,
  (SELECT COALESCE(SUM(IF(b.earlier > 0, b.fresh, b.fresh - 1)), 0) FROM booked AS b WHERE b.fresh > 0) AS booked_again
