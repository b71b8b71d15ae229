-- Answers: nothing; makes the booked row of a remembered payment what it was, present again if it was removed.
-- Parameters: @changeId, @bookedAt, @cycle.
-- Cost: the transaction ids of payments.
MERGE INTO {dataset}.payments AS t
USING (
  SELECT * FROM {dataset}.alarm_changes AS a WHERE a.change_id = @changeId
) AS s
ON t.transaction_id = s.transaction_id AND t.ingest_id = s.ingest_id
WHEN MATCHED THEN
  UPDATE SET amount = s.amount, currency = s.currency, booked_cycle = @cycle
WHEN NOT MATCHED THEN
  INSERT (transaction_id, customer_id, merchant_id, amount, currency, event_time, window_start, topic,
    partition_no, offset_no, ingest_id, checkpoint_id, batch_id,
    booked_at, booked_cycle, by_merge, origin)
  VALUES (s.transaction_id, s.customer_id, s.merchant_id, s.amount, s.currency, s.event_time, s.window_start,
    s.topic, s.partition_no, s.offset_no, s.ingest_id, s.checkpoint_id, s.batch_id,
    @bookedAt, @cycle, s.by_merge, s.origin)
