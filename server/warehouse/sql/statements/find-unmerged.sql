-- Answers: in which blocks of the topic do rows stand that the merge was shown, and that are neither booked nor absorbed
--   nor removed to test the alarm? Per block, rows written less rows accounted for is not zero there.
-- Parameters: @checkpointId, @batchId: the last batch that the merge was shown; @blockOffsets: offsets of one block;
--   @blocksMax: how many at most; @firstPartition, @lastPartition, @firstOffset, @lastOffset: where to look, whole blocks.
-- Cost: the positions there of the rows of payments_raw and payments, and of what the merge absorbed. Only when equation
--   6 does not add up.
SELECT u.partition_no, u.block
FROM (
  SELECT r.partition_no, DIV(r.offset_no, @blockOffsets) AS block, COUNT(*) AS row_count
  FROM {dataset}.payments_raw AS r
  WHERE (r.checkpoint_id <> @checkpointId OR r.batch_id <= @batchId)
    AND r.partition_no >= @firstPartition
    AND r.partition_no <= @lastPartition
    AND r.offset_no >= @firstOffset
    AND r.offset_no <= @lastOffset
  GROUP BY 1, 2
  UNION ALL
  SELECT p.partition_no, DIV(p.offset_no, @blockOffsets), -COUNT(*)
  FROM {dataset}.payments AS p
  WHERE p.origin = 'pipeline'
    AND p.partition_no >= @firstPartition
    AND p.partition_no <= @lastPartition
    AND p.offset_no >= @firstOffset
    AND p.offset_no <= @lastOffset
  GROUP BY 1, 2
  UNION ALL
  SELECT d.partition_no, DIV(d.offset_no, @blockOffsets), -COUNT(DISTINCT d.decision_id)
  FROM {dataset}.dedup_decisions AS d
  WHERE d.layer = 'merge'
    AND d.partition_no >= @firstPartition
    AND d.partition_no <= @lastPartition
    AND d.offset_no >= @firstOffset
    AND d.offset_no <= @lastOffset
  GROUP BY 1, 2
  UNION ALL
  SELECT a.partition_no, DIV(a.offset_no, @blockOffsets), -COUNT(*)
  FROM {dataset}.alarm_changes AS a
  WHERE a.kind = 'remove-row'
    AND a.partition_no >= @firstPartition
    AND a.partition_no <= @lastPartition
    AND a.offset_no >= @firstOffset
    AND a.offset_no <= @lastOffset
  GROUP BY 1, 2
) AS u
GROUP BY u.partition_no, u.block
HAVING SUM(u.row_count) <> 0
ORDER BY u.partition_no, u.block
LIMIT @blocksMax
