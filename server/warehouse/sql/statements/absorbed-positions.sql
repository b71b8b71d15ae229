-- Answers: at which positions of the topic do the copies stand that the merge absorbed? Newest first.
-- Parameters: @positionsMax: how many at most.
-- Cost: the merge's rows of dedup_decisions.
SELECT d.partition_no, d.offset_no
FROM {dataset}.dedup_decisions AS d
WHERE d.layer = 'merge'
ORDER BY d.decided_at DESC, d.partition_no, d.offset_no DESC
LIMIT @positionsMax
