-- Answers: nothing; books each transaction of the window once, whichever of its copies came first. Twice gives the same
--   as once. The source is made unique first, for BigQuery refuses two source rows for one target row. A row that merge
--   booked moves to an earlier copy of the same partition if one turns up. A copy that was absorbed stays absorbed, though
--   the booked row may be gone: it would count on both sides of equation 6. Rows removed to test the alarm stay removed.
-- Parameters: @checkpointId, @afterBatchId, @batchId: rows of the present checkpoint in (afterBatchId, batchId];
--   @everyCheckpoint: also the rows of all others; @firstPartition, @lastPartition, @firstOffset, @lastOffset: at these
--   positions; @windowSeconds; @bookedAt; @cycle.
-- Cost: the window's rows of payments_raw, and the transaction ids of payment_intents, dedup_decisions and payments.
MERGE INTO {dataset}.payments AS t
USING (
  WITH shown AS (
    {part shown-rows}
  ),
  placed AS (
    {part placed-rows}
  ),
  decided AS (
    {part shown-decided}
  )
  SELECT r.*
  FROM placed AS r
  LEFT JOIN decided AS d ON d.transaction_id = r.transaction_id AND d.ingest_id = r.ingest_id
  LEFT JOIN {dataset}.alarm_changes AS a ON a.transaction_id = r.transaction_id AND a.kind = 'remove-row'
  WHERE d.transaction_id IS NULL AND a.transaction_id IS NULL
  QUALIFY ROW_NUMBER() OVER (PARTITION BY r.transaction_id ORDER BY r.partition_no, r.offset_no, r.ingest_id) = 1
) AS s
ON t.transaction_id = s.transaction_id
WHEN MATCHED AND t.by_merge AND t.partition_no = s.partition_no AND s.offset_no < t.offset_no THEN
  UPDATE SET
    customer_id = s.customer_id,
    merchant_id = s.merchant_id,
    amount = s.amount,
    currency = s.currency,
    event_time = s.event_time,
    offset_no = s.offset_no,
    ingest_id = s.ingest_id,
    checkpoint_id = s.checkpoint_id,
    batch_id = s.batch_id,
    booked_at = @bookedAt,
    booked_cycle = @cycle
WHEN NOT MATCHED THEN
  INSERT (transaction_id, customer_id, merchant_id, amount, currency, event_time, window_start, topic,
    partition_no, offset_no, ingest_id, checkpoint_id, batch_id, booked_at, booked_cycle, by_merge, origin)
  VALUES (s.transaction_id, s.customer_id, s.merchant_id, s.amount, s.currency, s.event_time,
    s.window_start, s.topic, s.partition_no, s.offset_no, s.ingest_id, s.checkpoint_id, s.batch_id,
    @bookedAt, @cycle, TRUE, 'pipeline')
