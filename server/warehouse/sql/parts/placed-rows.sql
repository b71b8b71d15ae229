-- Answers: what would be booked of the rows in `shown`? Their columns as in `payments`, in the window of their intent, or
--   of their own event time where there is no intent. Part of book.sql and merge.sql.
-- Parameters: @windowSeconds.
-- Cost: the transaction ids of payment_intents, narrowed before they are joined, so that no join holds a whole table.
SELECT
  r.transaction_id,
  r.customer_id,
  r.merchant_id,
  r.amount,
  r.currency,
  r.event_time,
  COALESCE(i.window_start, TIMESTAMP_SECONDS(DIV(UNIX_SECONDS(r.event_time), @windowSeconds) * @windowSeconds))
    AS window_start,
  r.topic,
  r.partition_no,
  r.offset_no,
  r.ingest_id,
  r.checkpoint_id,
  r.batch_id
FROM shown AS r
LEFT JOIN (
  SELECT i.transaction_id, MIN(i.window_start) AS window_start
  FROM {dataset}.payment_intents AS i
  WHERE i.transaction_id IN (SELECT u.transaction_id FROM shown AS u)
  GROUP BY i.transaction_id
) AS i ON i.transaction_id = r.transaction_id
