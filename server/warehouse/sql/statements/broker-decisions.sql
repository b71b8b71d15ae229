-- Answers: which of the broker's decisions about some attempts are in the audit trail already?
-- Parameters: @firstAttempt, @lastAttempt: ids, both included.
-- Cost: the broker's rows of dedup_decisions.
SELECT d.decision_id
FROM {dataset}.dedup_decisions AS d
WHERE d.layer = 'broker' AND d.attempt_id >= @firstAttempt AND d.attempt_id <= @lastAttempt
