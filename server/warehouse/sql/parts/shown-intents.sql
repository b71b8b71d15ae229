-- Answers: in which window does each transaction belong of the rows in `shown`? Part of book.sql and merge.sql.
-- Parameters: none.
-- Cost: the transaction ids of payment_intents.
SELECT i.transaction_id, MIN(i.window_start) AS window_start
FROM {dataset}.payment_intents AS i
WHERE i.transaction_id IN (SELECT u.transaction_id FROM shown AS u)
GROUP BY i.transaction_id
