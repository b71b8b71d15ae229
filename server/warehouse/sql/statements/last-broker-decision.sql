-- Answers: up to which attempt are the broker's decisions in the audit trail? They are shipped in order.
-- Parameters: none.
-- Cost: one column of dedup_decisions.
SELECT COALESCE(MAX(d.attempt_id), 0) AS attempt_id
FROM {dataset}.dedup_decisions AS d
WHERE d.layer = 'broker'
