-- Answers: which copies of the transactions in `shown` did the merge absorb already? Part of book.sql, merge.sql and
--   decide.sql.
-- Parameters: none.
-- Cost: the transaction ids of dedup_decisions.
SELECT d.transaction_id, d.ingest_id
FROM {dataset}.dedup_decisions AS d
WHERE d.layer = 'merge' AND d.transaction_id IN (SELECT u.transaction_id FROM shown AS u)
