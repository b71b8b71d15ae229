-- Answers: where in the topic do the rows of a block stand: from which to which offset, per partition? Of a block of
--   batches, or of a block of event time.
-- Parameters: @ofRaw, @firstBatchId, @lastBatchId (both included) or @ofBooked, @fromWindow (included), @toWindow (not).
-- Cost: the block's rows of payments_raw or payments.
SELECT r.partition_no, MIN(r.offset_no) AS first_offset, MAX(r.offset_no) AS last_offset
FROM {dataset}.payments_raw AS r
WHERE @ofRaw AND r.batch_id >= @firstBatchId AND r.batch_id <= @lastBatchId
GROUP BY r.partition_no
UNION ALL
SELECT p.partition_no, MIN(p.offset_no), MAX(p.offset_no)
FROM {dataset}.payments AS p
WHERE @ofBooked AND p.window_start >= @fromWindow AND p.window_start < @toWindow AND p.origin = 'pipeline'
GROUP BY p.partition_no
