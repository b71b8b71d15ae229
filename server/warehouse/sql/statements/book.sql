-- Answers: nothing; books every row of the window as it is, copies and all: what happens where nothing merges. A row
--   that is booked already, or that the merge absorbed while it was on, is left alone, so twice gives the same as once.
-- Parameters: @checkpointId, @afterBatchId, @batchId: rows of the present checkpoint in (afterBatchId, batchId];
--   @everyCheckpoint: also the rows of all others; @firstPartition, @lastPartition, @firstOffset, @lastOffset: at these
--   positions; @windowSeconds; @bookedAt; @cycle.
-- Cost: the window's rows of payments_raw, and the transaction ids of payment_intents and payments.
INSERT INTO {dataset}.payments
  (transaction_id, customer_id, merchant_id, amount, currency, event_time, window_start, topic,
  partition_no, offset_no, ingest_id, checkpoint_id, batch_id, booked_at, booked_cycle, by_merge, origin)
WITH shown AS (
  {part shown-rows}
),
placed AS (
  {part placed-rows}
),
-- Each table is narrowed to the transactions shown before it is joined, so that no join holds a whole table.
bookings AS (
  SELECT p.transaction_id, p.ingest_id
  FROM {dataset}.payments AS p
  WHERE p.transaction_id IN (SELECT u.transaction_id FROM shown AS u)
),
decided AS (
  {part shown-decided}
)
SELECT
  r.*,
  @bookedAt,
  @cycle,
  FALSE,
  'pipeline'
FROM placed AS r
LEFT JOIN bookings AS p ON p.transaction_id = r.transaction_id AND p.ingest_id = r.ingest_id
LEFT JOIN decided AS d ON d.transaction_id = r.transaction_id AND d.ingest_id = r.ingest_id
LEFT JOIN {dataset}.alarm_changes AS a
  ON a.transaction_id = r.transaction_id AND a.ingest_id = r.ingest_id AND a.kind = 'remove-row'
WHERE p.transaction_id IS NULL
  AND d.transaction_id IS NULL
  AND a.transaction_id IS NULL
QUALIFY ROW_NUMBER() OVER (PARTITION BY r.ingest_id ORDER BY r.offset_no) = 1
