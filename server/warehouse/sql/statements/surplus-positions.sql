-- Answers: at which positions of the topic do the copies stand that were booked beyond the first? Newest first.
-- Parameters: @positionsMax: how many at most.
-- Cost: that of charged_copies.
SELECT c.partition_no, c.offset_no
FROM {dataset}.charged_copies AS c
WHERE c.copy_no > 1 AND c.offset_no IS NOT NULL
ORDER BY c.window_start DESC, c.partition_no, c.offset_no DESC
LIMIT @positionsMax
