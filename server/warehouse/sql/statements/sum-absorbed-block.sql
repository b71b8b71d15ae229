-- Answers: what do the copies add up to that the merge absorbed in some cycles? A decision that was written twice counts
--   once.
-- Parameters: @firstCycle, @lastCycle: both included.
-- Cost: the block's rows of dedup_decisions.
SELECT 'absorbedByMerge' AS name, u.currency, COUNT(*) AS records, SUM(u.amount) AS money
FROM (
  SELECT d.currency, d.amount
  FROM {dataset}.dedup_decisions AS d
  WHERE d.layer = 'merge' AND d.decided_cycle >= @firstCycle AND d.decided_cycle <= @lastCycle
  QUALIFY ROW_NUMBER() OVER (PARTITION BY d.decision_id ORDER BY d.decided_at) = 1
) AS u
GROUP BY u.currency
