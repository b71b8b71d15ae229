-- Answers: which copies of one payment were absorbed, and by what?
-- Parameters: @transactionId; @rowsMax: how many rows at most.
-- Cost: the columns named, pruned by clustering where the table is clustered by transaction_id.
SELECT
  t.decision_id,
  t.transaction_id,
  t.layer,
  t.decision,
  t.reason,
  t.topic,
  t.partition_no,
  t.offset_no,
  t.attempt_id,
  t.first_seen,
  t.amount,
  t.currency,
  t.decided_at
FROM {dataset}.dedup_decisions AS t
WHERE t.transaction_id = @transactionId
ORDER BY t.decided_at, t.decision_id
LIMIT @rowsMax
