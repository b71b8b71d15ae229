-- Answers: what was one payment meant to be?
-- Parameters: @transactionId; @rowsMax: how many rows at most.
-- Cost: the columns named, pruned by clustering where the table is clustered by transaction_id.
SELECT
  t.sequence,
  t.transaction_id,
  t.customer_id,
  t.merchant_id,
  t.amount,
  t.currency,
  t.event_time,
  t.window_start
FROM {dataset}.payment_intents AS t
WHERE t.transaction_id = @transactionId
ORDER BY t.sequence
LIMIT @rowsMax
